import type { ReactNode } from "react";

export const TILES =
  "grid grid-cols-2 gap-x-4 gap-y-7 min-[30rem]:grid-cols-3 sm:gap-x-5 md:grid-cols-4 lg:grid-cols-5 xl:grid-cols-6";

export function TileGrid({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <div className={TILES} data-testid={testId}>
      {children}
    </div>
  );
}

export function TileGridSkeleton({ count = 12 }: { count?: number }) {
  return (
    <div className={TILES} aria-hidden="true">
      {Array.from({ length: count }, (_, i) => i).map((i) => (
        <div key={i}>
          <div className="skeleton aspect-2/3 rounded-lg" />
          <div className="skeleton mt-3 h-4 w-4/5" />
          <div className="skeleton mt-2 h-3.5 w-1/2" />
        </div>
      ))}
    </div>
  );
}
