/** The picture of a shared link: three posters, the first reason, the wordmark. In the styles that its renderer knows. */
import { counted } from "@/lib/format";
import { printable, printableTitle } from "@/lib/printable";
import { firstReason, type SharedList } from "@/lib/shared-list";
import { type Piece, typeset } from "@/lib/typeset";
import { CardPoster } from "./card-poster";

const [PAGE, TEXT, SOFT, GLOW, BULB] = ["#0d0b0e", "#f6f0e7", "#b5aab2", "#f8c65c", "#f6bb42"];
const POSTER_WIDTH = 236;
const MOST_REASON = 192; // five lines

interface Props {
  list: SharedList;
  markup: (element: React.ReactElement) => string;
}

export function ShareCard({ list, markup }: Props) {
  const [best] = list.first;
  return (
    <div
      style={{
        display: "flex",
        flexDirection: "column",
        justifyContent: "space-between",
        width: "100%",
        height: "100%",
        padding: "22px 0",
        background: PAGE,
        color: TEXT,
        fontFamily: "Big Shoulders, Big Shoulders Extended",
        fontWeight: 700,
      }}
    >
      <Bulbs count={50} />
      <div style={{ display: "flex", flexDirection: "column", padding: "0 52px" }}>
        <Header note={best ? `A list from ${counted(list.picks.length, "pick")}` : ""} />
        {best ? <First list={list} markup={markup} /> : <Neutral />}
        {best && <div style={{ color: GLOW, fontSize: 32 }}>Pick five you love, see your own</div>}
      </div>
      <Bulbs count={50} />
    </div>
  );
}

function First({ list, markup }: Props) {
  const [best] = list.first;
  const reason = firstReason(list);
  if (!best) return null;
  return (
    <div style={{ display: "flex", marginTop: 30 }}>
      {list.first.map((movie, at) => (
        <div key={movie.movie_id} style={{ display: "flex", flexDirection: "column", marginRight: 20 }}>
          <CardPoster movie={movie} width={POSTER_WIDTH} markup={markup} />
          <div style={{ marginTop: 8, color: at === 0 ? GLOW : SOFT, fontSize: 40, fontWeight: 900 }}>
            {`${at + 1}`}
          </div>
        </div>
      ))}
      <div style={{ display: "flex", flexDirection: "column", flex: 1, marginLeft: 18 }}>
        <div style={{ color: SOFT, fontSize: 28 }}>First on the list</div>
        <div
          style={{
            marginTop: 6,
            fontSize: 44,
            fontWeight: 900,
            lineHeight: 1.04,
            display: "block",
            lineClamp: 4,
          }}
        >
          {printableTitle(best.title, best.movie_id)}
        </div>
        {reason && <Because pieces={typeset(reason.text)} />}
      </div>
    </div>
  );
}

/** The sentence of a reason, with its stars drawn. */
function Because({ pieces }: { pieces: readonly Piece[] }) {
  return (
    <div
      style={{
        display: "flex",
        flexWrap: "wrap",
        marginTop: 20,
        maxHeight: MOST_REASON,
        overflow: "hidden",
        fontSize: 32,
        lineHeight: 1.2,
      }}
    >
      {pieces.flatMap((piece) =>
        piece.kind === "stars" ? (
          <Stars key={piece.text} text={piece.text.slice(1)} />
        ) : (
          printable(piece.text)
            .split(" ")
            .filter(Boolean)
            .map((word, at) => (
              <div key={`${word}${at.toString()}`} style={{ marginRight: 8 }}>
                {word}
              </div>
            ))
        ),
      )}
    </div>
  );
}

function Stars({ text }: { text: string }) {
  return (
    <div style={{ display: "flex", alignItems: "center", marginRight: 8, color: GLOW }}>
      <svg width="26" height="26" viewBox="0 0 24 24" role="img" aria-label="stars">
        <path fill={GLOW} d="M12 1.6l3.2 6.6 7.2 1-5.2 5.1 1.2 7.2-6.4-3.4-6.4 3.4 1.2-7.2L1.6 9.2l7.2-1z" />
      </svg>
      {text}
    </div>
  );
}

/** For a link whose picks nobody knows, or while the API does not answer. */
function Neutral() {
  return (
    <div style={{ display: "flex", flexDirection: "column", height: 410, justifyContent: "center" }}>
      <div style={{ fontSize: 110, fontWeight: 900, lineHeight: 1 }}>Pick five you love</div>
      <div style={{ marginTop: 18, color: SOFT, fontSize: 40 }}>
        A list of your own forms from the first pick on, and says why.
      </div>
    </div>
  );
}

function Header({ note }: { note: string }) {
  return (
    <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center" }}>
      <div style={{ display: "flex", flexDirection: "column" }}>
        <Bulbs count={13} step={15} />
        <div style={{ color: GLOW, fontSize: 40, fontWeight: 900, letterSpacing: 8, lineHeight: 1.3 }}>
          MARQUEE
        </div>
        <Bulbs count={13} step={15} />
      </div>
      <div style={{ color: SOFT, fontSize: 34 }}>{note}</div>
    </div>
  );
}

function Bulbs({ count, step = 24 }: { count: number; step?: number }) {
  const places = Array.from({ length: count }, (_, at) => at);
  return (
    <div style={{ display: "flex", width: count * step }}>
      {places.map((at) => (
        <div key={at} style={{ display: "flex", width: step, justifyContent: "center" }}>
          <div style={{ width: step / 4, height: step / 4, borderRadius: step, background: BULB }} />
        </div>
      ))}
    </div>
  );
}
