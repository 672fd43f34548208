"use client";

import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";

interface Place {
  x: number;
  y: number;
}

const EASE = "cubic-bezier(0.2, 0.7, 0.2, 1)";

/**
 * Moves a list's children from where they were to where they are (First, Last, Invert, Play).
 * Call the returned function just before the state change; children carry `data-flip` with a stable key.
 */
export function useFlip(list: RefObject<HTMLElement | null>): () => void {
  const before = useRef<Map<string, Place> | null>(null);

  const remember = useCallback(() => {
    before.current = placesIn(list.current);
  }, [list]);

  useLayoutEffect(() => {
    const old = before.current;
    if (!old || !list.current) return;
    before.current = null;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const child of flippable(list.current)) {
      const was = old.get(child.dataset.flip ?? "");
      child.animate(was ? slide(was, child) : ENTER, {
        duration: was ? 420 : 360,
        easing: EASE,
        fill: "backwards",
      });
    }
  });

  return remember;
}

const ENTER: Keyframe[] = [
  { opacity: 0, transform: "scale(0.96)" },
  { opacity: 1, transform: "none" },
];

/** offsetTop ignores scrolling and running transforms, so that an interrupted move starts from its true place. */
function slide(was: Place, child: HTMLElement): Keyframe[] {
  const [x, y] = [was.x - child.offsetLeft, was.y - child.offsetTop];
  return [{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }];
}

function placesIn(list: HTMLElement | null): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const child of list ? flippable(list) : []) {
    places.set(child.dataset.flip ?? "", { x: child.offsetLeft, y: child.offsetTop });
  }
  return places;
}

function flippable(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(":scope > [data-flip]")];
}
