/** A drawn poster for the card image, whose renderer knows neither classes nor container units. */
import { LINE_HEIGHT } from "@/lib/lettering";
import { posterArt } from "@/lib/poster-art";
import { printableTitle } from "@/lib/printable";
import type { Card } from "@/lib/types";
import { motifComponents } from "../posters/motifs";

const SPACE = 0.22;

interface Props {
  movie: Card;
  width: number;
  /** Draws a component as text. */
  markup: (element: React.ReactElement) => string;
}

export function CardPoster({ movie, width, markup }: Props) {
  const art = posterArt(printableTitle(movie.title, movie.movie_id), movie.year ?? null, movie.genres ?? []);
  const { ground, ink, accent } = art.palette;
  const [unit, isHigh, isBand] = [width / 100, art.layout === "high", art.layout === "band"];
  const size = art.title.size * unit;
  const offset = isHigh ? Math.max(92, art.textHeight * 2 - 50) : Math.min(8, 300 - art.textHeight * 2 - 172);
  const Drawing = motifComponents[art.motif];
  const svg = markup(
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300" width={width} height={width * 1.5}>
      <title>{movie.title}</title>
      <g transform={`translate(0 ${offset})`}>
        <Drawing palette={art.palette} dice={art.dice} />
      </g>
    </svg>,
  );
  const yearColor = isBand ? ground : ground === "#f2c14e" ? ink : accent;
  const fade = (
    <div
      style={{
        height: 10 * unit,
        background: `linear-gradient(to ${isHigh ? "bottom" : "top"}, ${ground}, ${ground}00)`,
      }}
    />
  );
  return (
    <div
      style={{
        display: "flex",
        position: "relative",
        width,
        height: width * 1.5,
        borderRadius: 10,
        overflow: "hidden",
        background: ground,
      }}
    >
      <img
        alt=""
        width={width}
        height={width * 1.5}
        src={`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`}
        style={{ position: "absolute", top: 0, left: 0 }}
      />
      <div
        style={{
          display: "flex",
          flexDirection: "column",
          position: "absolute",
          left: 0,
          width,
          ...(isHigh ? { top: 0 } : { bottom: 0 }),
        }}
      >
        {!isHigh && !isBand && fade}
        <div
          style={{
            display: "flex",
            flexDirection: "column",
            padding: `${7 * unit}px ${8 * unit}px`,
            background: isBand ? ink : ground,
            color: isBand ? ground : ink,
          }}
        >
          {movie.year != null && (
            <div style={{ fontSize: 6.2 * unit, letterSpacing: 0.14 * 6.2 * unit, color: yearColor }}>
              {`${movie.year}`}
            </div>
          )}
          <div
            style={{
              display: "flex",
              flexWrap: "wrap",
              width: 84 * unit + SPACE * size,
              marginTop: 2.5 * unit,
              fontSize: size,
              lineHeight: LINE_HEIGHT,
            }}
          >
            {art.title.words.flatMap((pieces) =>
              pieces.map((piece, at) => (
                <div
                  key={piece}
                  style={{ display: "flex", marginRight: at === pieces.length - 1 ? SPACE * size : 0 }}
                >
                  {piece}
                </div>
              )),
            )}
          </div>
        </div>
        {isHigh && fade}
      </div>
    </div>
  );
}
