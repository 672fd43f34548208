"use client";

import { useId } from "react";
import { Labelled } from "./labelled";

interface Props {
  label: string;
  name: string;
  text: string;
  isUnusable: boolean;
  onType: (text: string) => void;
}

/** A year to type: four digits at most. What they mean is the form's business. */
export function YearField({ label, name, text, isUnusable, onType }: Props) {
  const id = useId();
  return (
    <Labelled label={label} htmlFor={id}>
      <input
        id={id}
        name={name}
        inputMode="numeric"
        autoComplete="off"
        placeholder="Year"
        aria-invalid={isUnusable}
        data-testid={name.replace("_", "-")}
        className="field h-10! w-20"
        value={text}
        onChange={(event) => onType(event.target.value.replace(/\D/g, "").slice(0, 4))}
      />
    </Labelled>
  );
}
