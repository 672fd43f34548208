/** The display face of headings, figures and drawn posters, served from here. Its widths at 700 are in lib/lettering.ts. */
import localFont from "next/font/local";

export const display = localFont({
  src: "../../node_modules/@fontsource-variable/big-shoulders-display/files/big-shoulders-display-latin-wght-normal.woff2",
  weight: "100 900",
  display: "block", // posters are lettered to its widths: a stand-in would be cut
  variable: "--font-big-shoulders",
  adjustFontFallback: false, // globals.css has a stand-in that more systems know than Arial
});

/** The letters of central European names; fetched only by pages that show one. */
export const displayExtended = localFont({
  src: "../../node_modules/@fontsource-variable/big-shoulders-display/files/big-shoulders-display-latin-ext-wght-normal.woff2",
  weight: "100 900",
  display: "swap",
  preload: false,
  variable: "--font-big-shoulders-extended",
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0100-02BA, U+1E00-1E9F" }],
});
