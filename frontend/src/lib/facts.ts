/** What a reason's sentence names, from its fact: the movies, people and themes that have a page of their own. */

import type { Reason } from "./types";
import { type Link, movieHref, personHref, themeHref } from "./typeset";

type Slots = NonNullable<NonNullable<Reason["fact"]>["slots"]>;

/**
 * A slot `title` goes with `movie_id`, `other_title` with `other_movie_id`; lists under `people` and `keywords` hold names.
 *
 * Without a fact nothing is known of a sentence but its words.
 */
export function linksIn({ fact }: Pick<Reason, "fact">): Link[] {
  const slots = fact?.slots ?? {};
  return Object.entries(slots).flatMap(([name, value]) => {
    if (name.endsWith("title")) return titleLink(slots, name, value);
    if (Array.isArray(value)) return value.flatMap((each) => nameLink(name, each));
    return [];
  });
}

function titleLink(slots: Slots, name: string, title: Slots[string]): Link[] {
  const id = slots[name.replace(/title$/, "movie_id")];
  return typeof title === "string" && typeof id === "number" ? [{ text: title, href: movieHref(id) }] : [];
}

const HREFS: Record<string, (name: string) => string> = { people: personHref, keywords: themeHref };

function nameLink(slot: string, name: string): Link[] {
  const href = HREFS[slot];
  return href ? [{ text: name, href: href(name) }] : [];
}
