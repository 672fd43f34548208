import { Poster } from "@/components/posters/poster";
import { counted } from "@/lib/format";
import type { SearchHit } from "@/lib/types";

interface Props {
  id: string;
  isShown: boolean;
  query: string;
  items: readonly SearchHit[];
  isFailed: boolean;
  active: number;
  onPoint: (index: number) => void;
  onChoose: (hit: SearchHit) => void;
}

export function SuggestionList({ id, isShown, query, items, isFailed, active, onPoint, onChoose }: Props) {
  const empty = isFailed ? "Search is unavailable at the moment." : `No title like “${query}”.`;
  return (
    <>
      <p role="status" className="sr-only">
        {isShown ? (items.length > 0 ? counted(items.length, "suggestion") : empty) : ""}
      </p>
      <div
        hidden={!isShown}
        className="absolute inset-x-0 top-full z-50 mt-2 overflow-hidden rounded-xl border border-line bg-panel shadow-2xl max-sm:min-w-64"
      >
        {items.length === 0 && <p className="px-4 py-3 text-soft text-sm">{empty}</p>}
        <div id={`${id}-list`} role="listbox" aria-label="Suggestions" data-testid="suggestions">
          {items.map((hit, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys are the combobox's
            <div
              key={hit.movie_id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              data-testid="suggestion"
              data-movie-id={hit.movie_id}
              onPointerMove={() => onPoint(index)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onChoose(hit)}
              className="flex items-center gap-3 px-3 py-2 aria-selected:bg-raised forced-colors:-outline-offset-2 forced-colors:aria-selected:outline-2"
            >
              <Poster movie={hit} isThumb className="w-8 rounded-sm!" />
              <span className="min-w-0">
                <span className="block truncate font-semibold">{hit.title}</span>
                <span className="block truncate text-soft text-sm">
                  {[hit.year, ...(hit.person ? [hit.person] : (hit.genres ?? []).slice(0, 2))]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </span>
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
