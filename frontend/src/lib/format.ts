/** How numbers and dates read. Fixed locale and UTC: server and browser must write the same text. */

const counts = new Intl.NumberFormat("en-US");
const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

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

export function day(iso: string): string {
  return days.format(new Date(iso));
}

/** "just now", "5 min ago", "3 h ago", "2 days ago", and the date after a month. */
export function ago(iso: string, now: Date): string {
  const s = (now.getTime() - new Date(iso).getTime()) / 1_000;
  if (s < 60) return "just now";
  if (s < 3_600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ago`;
  if (s < 30 * 86_400) return `${counted(Math.floor(s / 86_400), "day")} ago`;
  return day(iso);
}

/** "en" -> "English"; the code itself where nobody knows the language. */
export function language(code: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
