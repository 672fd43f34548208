"use client";

import { useEffect, useId, useState } from "react";
import { yearFrom } from "@/lib/settings";
import { Labelled } from "./labelled";

interface Props {
  label: string;
  testId: string;
  value: number | null;
  onChange: (year: number | null) => void;
}

/** A year to type; says nothing until four digits make one, and null when emptied. */
export function YearField({ label, testId, value, onChange }: Props) {
  const [text, setText] = useState(value?.toString() ?? "");
  const id = useId();

  useEffect(() => setText(value?.toString() ?? ""), [value]);

  function type(next: string) {
    const digits = next.replace(/\D/g, "").slice(0, 4);
    setText(digits);
    if (digits === "" || digits.length === 4) onChange(yearFrom(digits));
  }

  return (
    <Labelled label={label} htmlFor={id}>
      <input
        id={id}
        inputMode="numeric"
        autoComplete="off"
        placeholder="Year"
        data-testid={testId}
        className="field h-10! w-20"
        value={text}
        onChange={(event) => type(event.target.value)}
      />
    </Labelled>
  );
}
