import { type RefObject, useEffect, useRef } from "react";

/**
 * Hears of what somebody set in a field before the page's script ran, which no event tells it.
 *
 * @param made what the field was made with
 * @returns the ref for the field
 */
export function useEarlierInput<Field extends HTMLInputElement | HTMLSelectElement>(
  made: string | number,
  onEarlier: (value: string) => void,
): RefObject<Field | null> {
  const field = useRef<Field>(null);
  const first = useRef({ made: String(made), onEarlier });
  useEffect(() => {
    const { made, onEarlier } = first.current;
    if (field.current && field.current.value !== made) onEarlier(field.current.value);
  }, []);
  return field;
}
