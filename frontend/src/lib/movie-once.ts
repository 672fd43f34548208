import { cache } from "react";
import { movie } from "./api";

/** A movie's detail, asked once for the layout, the title and the page of one request. */
export const movieOnce = cache(movie);
