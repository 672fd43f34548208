import { Fragment } from "react";
import type { Lettering } from "@/lib/lettering";
import { type PosterArt, posterArt } from "@/lib/poster-art";
import { motifComponents } from "./motifs";

interface Props {
  title: string;
  year: number | null;
  genres: readonly string[];
  /** Too small to read: the picture alone. */
  isThumb: boolean;
  /** Palette and lettering alone, while a picture is on its way. */
  isPlain: boolean;
}

/** A poster of our own for a movie without a picture: palette, motif and lettering follow from title and genres. */
export function DrawnPoster({ title, year, genres, isThumb, isPlain }: Props) {
  const art = posterArt(title, year, genres);
  const { ground, ink, accent } = art.palette;
  const isHigh = art.layout === "high" && !isThumb;
  return (
    <div className="drawn-poster" style={{ background: ground, color: ink }} aria-hidden="true">
      {!isPlain && <MotifDrawing art={art} offset={isThumb ? 50 : motifOffset(art)} />}
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
            data-testid="drawn-title"
            className="drawn-poster-title"
            style={{ fontSize: `${art.title.size}cqw` }}
          >
            <Words words={art.title.words} />
          </span>
        </div>
      )}
    </div>
  );
}

/** Lines may end between words, and behind a hyphen where a compound was cut, and nowhere else. */
function Words({ words }: { words: Lettering["words"] }) {
  return words.map((pieces, place) => {
    const key = `${place} ${pieces.join("")}`;
    return (
      <Fragment key={key}>
        {place > 0 && " "}
        {pieces.map((piece, i) => (
          <Fragment key={pieces.slice(0, i + 1).join("")}>
            {i > 0 && <wbr />}
            <span className="whitespace-nowrap">{piece}</span>
          </Fragment>
        ))}
      </Fragment>
    );
  });
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
