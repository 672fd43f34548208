"use client";

import { usePathname } from "next/navigation";
import { SearchBox } from "@/components/search/search-box";

/** The home page has the large box; everywhere else it is up here. */
export function HeaderSearch() {
  if (usePathname() === "/") return <div className="flex-1" />;
  return (
    <div className="min-w-0 flex-1 sm:max-w-md">
      <SearchBox />
    </div>
  );
}
