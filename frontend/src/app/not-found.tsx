import type { Metadata } from "next";
import Link from "next/link";
import { Empty } from "@/components/ui/empty";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Empty title="Nothing is showing here" testId="not-found" isPage>
      <p>There is no such movie, user or page. Search for a title above, or go to the home page.</p>
      <Link prefetch={false} href="/" className="button mt-6">
        To the home page
      </Link>
    </Empty>
  );
}
