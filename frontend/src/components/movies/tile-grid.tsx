import type { ReactNode } from "react";

const TILES =
  "grid grid-cols-2 gap-x-4 gap-y-7 min-[30rem]:grid-cols-3 sm:gap-x-5 md:grid-cols-4 lg:grid-cols-5 xl:grid-cols-6";

export function TileGrid({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <div className={TILES} data-testid={testId}>
      {children}
    </div>
  );
}
