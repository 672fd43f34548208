"use client";

import { useSearchParams } from "next/navigation";
import { type FocusEvent, useEffect, useState } from "react";
import { inOrder, yearFrom, yearsNote } from "@/lib/settings";
import { YearField } from "../ui/year-field";
import { YearsNote } from "../ui/years-note";

interface Years {
  yearMin: number | null;
  yearMax: number | null;
}

/**
 * From and to. Years the wrong way round count as turned at once, which the note says; the fields themselves are
 * turned when the focus leaves them, because half-way through a change of both they often stand that way.
 */
export function YearRange({ yearMin, yearMax, onChange }: Years & { onChange: (years: Years) => void }) {
  const [texts, setTexts] = useState({ from: textOf(yearMin), to: textOf(yearMax) });
  const address = useSearchParams();
  const [note, setNote] = useState(() => yearsNote(inAddress(address, "min"), inAddress(address, "max")));

  // The list's years changed by another way: Clear, or the address.
  useEffect(() => {
    setTexts((old) => {
      const shown = yearsOf(old);
      const isSame = shown.yearMin === yearMin && shown.yearMax === yearMax;
      if (!isSame) setNote(null);
      return isSame ? old : { from: textOf(yearMin), to: textOf(yearMax) };
    });
  }, [yearMin, yearMax]);

  function type(part: Partial<typeof texts>) {
    const next = { ...texts, ...part };
    setTexts(next);
    if (![next.from, next.to].every(isWhole)) return;
    setNote(yearsNote(next.from, next.to));
    const years = yearsOf(next);
    if (years.yearMin !== yearMin || years.yearMax !== yearMax) onChange(years);
  }

  function leave(event: FocusEvent) {
    if (event.currentTarget.contains(event.relatedTarget)) return;
    const years = yearsOf(texts);
    setNote(yearsNote(texts.from, texts.to));
    if (years.yearMin !== yearFrom(texts.from))
      setTexts({ from: textOf(years.yearMin), to: textOf(years.yearMax) });
    if (years.yearMin !== yearMin || years.yearMax !== yearMax) onChange(years);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears where the focus goes, nothing more
    <div className="flex max-w-full flex-wrap gap-x-4 gap-y-2" onBlur={leave}>
      <YearField
        label="From"
        name="year_min"
        text={texts.from}
        isUnusable={isUnusable(texts.from)}
        onType={(from) => type({ from })}
      />
      <YearField
        label="To"
        name="year_max"
        text={texts.to}
        isUnusable={isUnusable(texts.to)}
        onType={(to) => type({ to })}
      />
      <YearsNote text={note} />
    </div>
  );
}

function inAddress(address: Pick<URLSearchParams, "get">, end: "min" | "max"): string {
  return (address.get(`year_${end}`) ?? "").slice(0, 20);
}

function textOf(year: number | null): string {
  return year?.toString() ?? "";
}

function yearsOf({ from, to }: { from: string; to: string }): Years {
  return inOrder({ yearMin: yearFrom(from), yearMax: yearFrom(to) });
}

/** Nothing, or all four digits: while a year is being typed nothing happens. */
function isWhole(text: string): boolean {
  return text === "" || text.length === 4;
}

function isUnusable(text: string): boolean {
  return text.length === 4 && yearFrom(text) === null;
}
