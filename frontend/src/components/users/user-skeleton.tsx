import { RANKED_GRID } from "./ranked-list";

/** The user page's shape while its list is computed. */
export function UserSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the list</span>
      <div className="skeleton mt-8 h-11 w-72 sm:mt-12" />
      <div className="skeleton mt-3 mb-8 h-5 w-56" />
      <div className="grid gap-x-8 gap-y-12 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div>
          <div className="skeleton mb-5 h-14 w-full max-w-xl" />
          <div className={RANKED_GRID}>
            {[1, 2, 3, 4, 5].map((i) => (
              <div
                key={i}
                className={`flex gap-5 rounded-2xl border border-line bg-panel p-4 ${i === 1 ? "sm:p-6 xl:col-span-2" : ""}`}
              >
                <div className={`skeleton aspect-2/3 w-24 ${i === 1 ? "sm:w-48" : "sm:w-32"}`} />
                <div className="flex-1 space-y-3">
                  <div className="skeleton h-6 w-2/3" />
                  <div className="skeleton h-4 w-1/2" />
                  <div className="skeleton h-4 w-4/5" />
                  <div className="skeleton h-4 w-3/4" />
                </div>
              </div>
            ))}
          </div>
        </div>
        <div className="skeleton h-96" />
      </div>
    </div>
  );
}
