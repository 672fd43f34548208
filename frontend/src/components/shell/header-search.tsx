"use client";

import { usePathname } from "next/navigation";
import { SearchBox } from "@/components/search/search-box";

/** The home page has the large box; everywhere else it is up here. */
export function HeaderSearch() {
  if (usePathname() === "/") return null;
  return (
    <div className="w-full max-sm:order-last sm:mr-auto sm:max-w-md">
      <SearchBox />
    </div>
  );
}
