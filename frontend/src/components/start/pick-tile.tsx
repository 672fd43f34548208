import { Poster } from "@/components/posters/poster";
import { CrossIcon, HeartIcon } from "@/components/ui/icons";
import type { Pick } from "@/lib/picks";
import type { Card } from "@/lib/types";

interface Props {
  card: Card;
  picked: Pick | null;
  onPick: (card: Card, pick: Pick) => void;
  isEager: boolean;
}

/** A poster to love or to pass over. */
export function PickTile({ card, picked, onPick, isEager }: Props) {
  const named = card.year ? `${card.title} (${card.year})` : card.title;
  return (
    <li
      data-testid="pick"
      data-movie-id={card.movie_id}
      data-picked={picked ?? "none"}
      className="drawn-near min-w-0 [--about:16rem] sm:[--about:20rem]"
    >
      <div
        className={`rounded-lg transition ${picked === "love" ? "outline-3 outline-bulb outline-offset-2" : ""} ${picked === "pass" ? "opacity-35" : ""}`}
      >
        <Poster movie={card} isEager={isEager} />
      </div>
      <div className="mt-1.5 grid grid-cols-2 gap-1.5">
        <PickButton
          label={`I love ${named}`}
          isOn={picked === "love"}
          onClick={() => onPick(card, "love")}
          testId="love"
        >
          <HeartIcon className="size-5" />
        </PickButton>
        <PickButton
          label={`${named} is not for me`}
          isOn={picked === "pass"}
          onClick={() => onPick(card, "pass")}
          testId="pass"
        >
          <CrossIcon className="size-5" />
        </PickButton>
      </div>
      <p className="mt-1 line-clamp-2 text-sm leading-snug">{card.title}</p>
    </li>
  );
}

interface ButtonProps {
  label: string;
  isOn: boolean;
  onClick: () => void;
  testId: string;
  children: React.ReactNode;
}

function PickButton({ label, isOn, onClick, testId, children }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      aria-label={label}
      onClick={onClick}
      data-testid={testId}
      className={`flex h-10 items-center justify-center rounded-lg border ${isOn ? "border-bulb bg-bulb text-onbulb" : "border-line text-soft hover:border-soft hover:text-text"}`}
    >
      {children}
    </button>
  );
}
