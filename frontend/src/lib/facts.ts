/** What a reason's sentence names, from its fact: the movies and people that have a page of their own. */

import type { Reason } from "./types";
import { type Link, movieHref, personHref } from "./typeset";

type Slots = NonNullable<NonNullable<Reason["fact"]>["slots"]>;

/**
 * A slot `title` goes with `movie_id`, `other_title` with `other_movie_id`; a list under `people` holds names.
 *
 * Without a fact nothing is known of a sentence but its words.
 */
export function linksIn({ fact }: Pick<Reason, "fact">): Link[] {
  const slots = fact?.slots ?? {};
  return Object.entries(slots).flatMap(([name, value]) => {
    if (name.endsWith("title")) return titleLink(slots, name, value);
    if (name === "people" && Array.isArray(value)) return value.map(personLink);
    return [];
  });
}

function titleLink(slots: Slots, name: string, title: Slots[string]): Link[] {
  const id = slots[name.replace(/title$/, "movie_id")];
  return typeof title === "string" && typeof id === "number" ? [{ text: title, href: movieHref(id) }] : [];
}

function personLink(name: string): Link {
  return { text: name, href: personHref(name) };
}
