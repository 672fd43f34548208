/** The display face for the card image: its renderer reads neither woff2 nor variable fonts, so the static cuts. */
import "server-only";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Read once per process. Each file is named in full: that is how the build knows to copy it into its output. */
export const cardFonts = once(async () => {
  const [bold, black, extended] = await Promise.all([
    readFile(
      join(
        process.cwd(),
        "node_modules/@fontsource/big-shoulders-display/files/big-shoulders-display-latin-700-normal.woff",
      ),
    ),
    readFile(
      join(
        process.cwd(),
        "node_modules/@fontsource/big-shoulders-display/files/big-shoulders-display-latin-900-normal.woff",
      ),
    ),
    readFile(
      join(
        process.cwd(),
        "node_modules/@fontsource/big-shoulders-display/files/big-shoulders-display-latin-ext-700-normal.woff",
      ),
    ),
  ]);
  const style = "normal" as const;
  return [
    { name: "Big Shoulders", weight: 700 as const, style, data: bold },
    { name: "Big Shoulders", weight: 900 as const, style, data: black },
    { name: "Big Shoulders Extended", weight: 700 as const, style, data: extended },
  ];
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
