/** The widths in which TMDB keeps every poster. */
const WIDTHS = [92, 154, 342, 780];
const SIZED = /\/w\d+\//;

/** A poster's address in all its widths, for the browser to choose from; undefined where the address names none. */
export function srcSetOf(url: string): string | undefined {
  if (!SIZED.test(url)) return undefined;
  return WIDTHS.map((width) => `${url.replace(SIZED, `/w${width}/`)} ${width}w`).join(", ");
}
