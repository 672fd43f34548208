import type { ReactNode } from "react";

const TILES =
  "grid grid-cols-3 gap-x-3 gap-y-6 sm:gap-x-5 sm:gap-y-7 md:grid-cols-4 lg:grid-cols-5 xl:grid-cols-6 min-[112rem]:grid-cols-8";

export function TileGrid({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <div className={TILES} data-testid={testId}>
      {children}
    </div>
  );
}
