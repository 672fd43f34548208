/** The orders in which all ratings of a user can be read, as the API names them. */
export const ORDERS = [
  { name: "newest", label: "Newest" },
  { name: "oldest", label: "Oldest" },
  { name: "highest", label: "Highest" },
  { name: "lowest", label: "Lowest" },
  { name: "title", label: "Title" },
] as const;

export type Order = (typeof ORDERS)[number]["name"];

/** The order of this name; the newest first for anything else. */
export function orderFrom(name: string): Order {
  return ORDERS.find((order) => order.name === name)?.name ?? "newest";
}
