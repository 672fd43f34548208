import { type PosterArt, posterArt } from "@/lib/poster-art";
import { motifComponents } from "./motifs";

interface Props {
  title: string;
  year: number | null;
  genres: readonly string[];
  /** Too small to read: the picture alone. */
  isThumb: boolean;
}

/** A poster of our own for a movie without a picture: palette, motif and lettering follow from title and genres. */
export function DrawnPoster({ title, year, genres, isThumb }: Props) {
  const art = posterArt(title, year, genres);
  const { ground, ink, accent } = art.palette;
  const isHigh = art.layout === "high" && !isThumb;
  return (
    <div className="drawn-poster" style={{ background: ground, color: ink }} aria-hidden="true">
      <MotifDrawing art={art} offset={isThumb ? 50 : motifOffset(art)} />
      {!isThumb && (
        <div className={`drawn-poster-text ${isHigh ? "top-0" : "bottom-0"}`} style={bandStyle(art)}>
          {year !== null && (
            <span
              className="drawn-poster-year"
              style={art.layout === "band" ? {} : { color: ground === "#f2c14e" ? ink : accent }}
            >
              {year}
            </span>
          )}
          <span
            className={`drawn-poster-title ${art.isSerif ? "font-serif" : "uppercase"}`}
            style={{ fontSize: `${art.titleSize}cqw` }}
          >
            {title}
          </span>
        </div>
      )}
    </div>
  );
}

function MotifDrawing({ art, offset }: { art: PosterArt; offset: number }) {
  const Drawing = motifComponents[art.motif];
  return (
    <svg
      viewBox="0 0 200 300"
      className="absolute inset-0 size-full"
      preserveAspectRatio="xMidYMid slice"
      focusable="false"
      aria-hidden="true"
    >
      <g transform={`translate(0 ${offset})`}>
        <Drawing palette={art.palette} dice={art.dice} />
      </g>
    </svg>
  );
}

/** Where the motif's 200 x 200 ground starts on the 200 x 300 poster: clear of the lettering, cut by the far edge. */
function motifOffset({ layout, textHeight }: PosterArt): number {
  const text = textHeight * 2;
  return layout === "high" ? Math.max(92, text - 50) : Math.min(8, 300 - text - 172);
}

/** The lettering stands on plain ground; the motif ends in a band's edge or fades out beyond the text. */
function bandStyle({ layout, palette }: PosterArt) {
  if (layout === "band") return { background: palette.ink, color: palette.ground };
  const [side, padding] = layout === "high" ? ["bottom", "paddingBottom"] : ["top", "paddingTop"];
  return {
    background: `linear-gradient(to ${side}, ${palette.ground} calc(100% - 10cqw), ${palette.ground}00)`,
    [padding]: "10cqw",
  };
}
