import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { idFrom } from "@/lib/ids";

/** An impossible id is answered with a true 404. */
export default async function UserLayout({
  params,
  children,
}: {
  params: Promise<{ id: string }>;
  children: ReactNode;
}) {
  if (idFrom((await params).id) === null) notFound();
  return children;
}
