"use client";

import { type RefObject, useCallback, useLayoutEffect, useRef } from "react";

/**
 * Keeps the keyboard's place in a list whose focused child may leave: the child now at that place gets it.
 * Call the returned function just before the state change.
 */
export function useKeptFocus(list: RefObject<HTMLElement | null>): () => void {
  const place = useRef<{ child: Element; index: number } | null>(null);

  const remember = useCallback(() => {
    const children = [...(list.current?.children ?? [])];
    const index = children.findIndex((child) => child.contains(document.activeElement));
    const child = children[index];
    place.current = child ? { child, index } : null;
  }, [list]);

  useLayoutEffect(() => {
    const was = place.current;
    if (!was || !list.current) return;
    place.current = null;
    if (was.child.isConnected) return;
    const heir = list.current.children[Math.min(was.index, list.current.children.length - 1)];
    heir?.querySelector<HTMLElement>("h2 a")?.focus({ preventScroll: true });
  });

  return remember;
}
