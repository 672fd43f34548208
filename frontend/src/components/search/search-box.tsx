"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { SearchIcon } from "@/components/ui/icons";
import type { SearchHit } from "@/lib/types";
import { SuggestionList } from "./suggestion-list";
import { useSuggestions } from "./use-suggestions";

interface Props {
  initial?: string;
  isLarge?: boolean;
  label?: string;
  /** Takes the chosen movie instead of opening its page; Enter alone then takes the first suggestion. */
  onPick?: (hit: SearchHit) => void;
  testId?: string;
}

/** Title search as a combobox: arrows choose, Enter opens, Escape closes, and Enter alone shows all results. */
export function SearchBox({
  initial = "",
  isLarge = false,
  label = "Search movies by title or name",
  onPick,
  testId = "search-input",
}: Props) {
  const [text, setText] = useState(initial);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const { items, query, isFailed } = useSuggestions(isOpen ? text : "");
  const input = useRef<HTMLInputElement>(null);
  const router = useRouter();
  const id = useId();
  const isShown = isOpen && text.trim() !== "" && query !== "";

  // What was typed before this code ran stands in the field, but no event told of it.
  useEffect(() => {
    const typed = input.current?.value ?? initial;
    if (typed === initial) return;
    setText(typed);
    setOpen(document.activeElement === input.current);
  }, [initial]);

  function go(address: string) {
    setOpen(false);
    setActive(-1);
    input.current?.blur();
    router.push(address);
  }

  function choose(hit: SearchHit) {
    if (!onPick) return go(`/movies/${hit.movie_id}`);
    onPick(hit);
    setText("");
    setOpen(false);
    setActive(-1);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = isShown ? items[onPick ? Math.max(active, 0) : active] : undefined;
    if (chosen) choose(chosen);
    else if (!onPick && text.trim()) go(`/search?q=${encodeURIComponent(text.trim())}`);
  }

  function steer(event: KeyboardEvent) {
    if (event.key === "Escape") {
      if (isShown) event.preventDefault();
      setOpen(false);
      setActive(-1);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      setOpen(true);
      if (!isShown) return;
      // -1 stands for the text itself, between the last option and the first.
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = items.length + 1;
      setActive(((active + 1 + step + places) % places) - 1);
    }
  }

  return (
    <search className="relative block">
      <form action="/search" method="get" onSubmit={submit}>
        <SearchIcon className="pointer-events-none absolute top-1/2 left-3.5 size-4.5 -translate-y-1/2 text-soft" />
        <input
          ref={input}
          name="q"
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          maxLength={200}
          enterKeyHint="search"
          placeholder={label}
          data-testid={testId}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOpen(true);
            setActive(-1);
          }}
          onKeyDown={steer}
          onFocus={() => setOpen(text !== initial)}
          onBlur={() => setOpen(false)}
          className={`field w-full pl-10! ${isLarge ? "h-14! rounded-xl! text-lg" : ""}`}
        />
        <SuggestionList
          id={id}
          isShown={isShown}
          query={query}
          items={items}
          isFailed={isFailed}
          active={active}
          onPoint={setActive}
          onChoose={choose}
        />
      </form>
    </search>
  );
}
