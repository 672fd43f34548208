"use client";

import { useEffect, useId, useRef, useState } from "react";
import { DEFAULT_SETTINGS, GENRES, isSameList, type Settings, SIZES } from "@/lib/settings";
import { Labelled } from "../ui/labelled";
import { useEarlierInput } from "../ui/use-earlier-input";
import { YearRange } from "./year-range";

interface Props {
  settings: Settings;
  onChange: (settings: Settings) => void;
}

const PAUSE_MS = 300;

/** How many, which, and how varied. Selects answer at once, typing and sliding after a short pause; without script a form. */
export function RankingControls({ settings, onChange }: Props) {
  const [draft, setDraft] = useState(settings);
  const latest = useRef(settings); // several fields may change before the next render
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  useEffect(() => () => clearTimeout(timer.current), []);
  // Settings that come from elsewhere, from the address, replace what stands here.
  useEffect(() => {
    latest.current = settings;
    setDraft(settings);
  }, [settings]);

  function apply(part: Partial<Settings>, wait = 0) {
    const next = { ...latest.current, ...part };
    latest.current = next;
    setDraft(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), wait);
  }

  const size = useEarlierInput<HTMLSelectElement>(draft.k, (k) => apply({ k: Number(k) }));
  const genre = useEarlierInput<HTMLSelectElement>(draft.genre, (genre) => apply({ genre }));
  const variety = useEarlierInput<HTMLInputElement>(draft.diversity, (value) =>
    apply({ diversity: Number(value) }),
  );
  const sizes = [...new Set([...SIZES, draft.k])].sort((a, b) => a - b);
  const genres = [...new Set([...GENRES, ...(draft.genre ? [draft.genre] : [])])];
  return (
    <form
      className="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2"
      aria-label="Change the list"
      onSubmit={(event) => event.preventDefault()}
    >
      <Labelled label="Show" htmlFor={`${id}-k`}>
        <select
          ref={size}
          id={`${id}-k`}
          name="k"
          data-testid="k-select"
          className="field h-10!"
          value={draft.k}
          onChange={(event) => apply({ k: Number(event.target.value) })}
        >
          {sizes.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </Labelled>
      <Labelled label="Genre" htmlFor={`${id}-genre`}>
        <select
          ref={genre}
          id={`${id}-genre`}
          name="genre"
          data-testid="genre-select"
          className="field h-10!"
          value={draft.genre}
          onChange={(event) => apply({ genre: event.target.value })}
        >
          <option value="">All genres</option>
          {genres.map((genre) => (
            <option key={genre}>{genre}</option>
          ))}
        </select>
      </Labelled>
      <YearRange
        yearMin={draft.yearMin}
        yearMax={draft.yearMax}
        onChange={(years) => apply(years, PAUSE_MS)}
      />
      <Labelled label="Variety" htmlFor={`${id}-diversity`}>
        <input
          ref={variety}
          id={`${id}-diversity`}
          name="diversity"
          type="range"
          min={0}
          max={1}
          step={0.1}
          data-testid="diversity"
          aria-valuetext={
            draft.diversity === 0 ? "by score alone" : `${Math.round(draft.diversity * 100)} of 100`
          }
          className="block h-10 w-32 accent-glow"
          value={draft.diversity}
          onChange={(event) => apply({ diversity: Number(event.target.value) }, PAUSE_MS)}
        />
      </Labelled>
      {!isSameList(draft, DEFAULT_SETTINGS) && (
        <button
          type="button"
          className="button-quiet min-h-10!"
          data-testid="clear-filters"
          onClick={() => apply({ ...DEFAULT_SETTINGS, view: draft.view })}
        >
          Clear
        </button>
      )}
      {/* Without script the form sends what the chips of its address had set. */}
      {draft.runtimeMax !== null && <input type="hidden" name="runtime_max" value={draft.runtimeMax} />}
      {draft.ratingsShareMax !== null && (
        <input type="hidden" name="ratings_share_max" value={draft.ratingsShareMax} />
      )}
      {draft.view === "posters" && <input type="hidden" name="view" value="posters" />}
      <noscript>
        <button type="submit" data-testid="apply-filters" className="button-quiet min-h-10!">
          Apply
        </button>
      </noscript>
    </form>
  );
}
