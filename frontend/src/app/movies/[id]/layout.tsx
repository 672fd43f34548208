import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { idFrom } from "@/lib/ids";
import { movieOnce } from "@/lib/movie-once";

/** An unknown movie is answered with a true 404. */
export default async function MovieLayout({
  params,
  children,
}: {
  params: Promise<{ id: string }>;
  children: ReactNode;
}) {
  const id = idFrom((await params).id);
  if (id === null) notFound();
  const outcome = await movieOnce(id);
  if (!outcome.ok && outcome.trouble.status === 404) notFound();
  return children;
}
