/** How numbers and dates read. Fixed locale and UTC: server and browser must write the same text. */

const counts = new Intl.NumberFormat("en-US");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function count(n: number): string {
  return counts.format(n);
}

/** "1 rating", "2,698 ratings". */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** 136 -> "2 h 16 min", kept on one line; null for an unknown length. */
export function runtime(minutes: number | null | undefined): string | null {
  if (!minutes || minutes <= 0) return null;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours ? `${hours}\u00a0h` : "", rest ? `${rest}\u00a0min` : ""].filter(Boolean).join("\u00a0");
}

/** 4.5 -> "4.5 stars", 1 -> "1 star". */
export function stars(rating: number): string {
  return `${rating} ${rating === 1 ? "star" : "stars"}`;
}

/** +0.42 or −0.42, with a true minus sign; what rounds to nothing has no sign. */
export function signed(x: number): string {
  const text = Math.abs(x).toFixed(2);
  if (text === "0.00") return text;
  return (x < 0 ? "−" : "+") + text;
}

export function plain(x: number): string {
  return signed(x).replace("+", "");
}

/** "24 Sep 2018", in UTC. Not by Intl: its abbreviations differ between Node and browsers ("Sept"). */
export function day(iso: string): string {
  const date = new Date(iso);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** "en" -> "English"; the code itself where nobody knows the language. */
export function language(code: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** "Heat, Alien and Fargo"; of more than `most` names the first, and how many more. */
export function listed(names: readonly string[], most = names.length): string {
  const rest = names.length - most;
  const parts = rest > 0 ? [...names.slice(0, most), `${rest} more`] : names;
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
