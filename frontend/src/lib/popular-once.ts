import { cache } from "react";
import { rank } from "./api";
import { VISITOR_ID } from "./ids";

/** The cold list, which is what the ranker shows to somebody it knows nothing of; asked for once per page. */
export const popularOnce = cache(() => rank({ user_id: VISITOR_ID, k: 24, explain: false }));
