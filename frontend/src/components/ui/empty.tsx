import type { ReactNode } from "react";

/** Nothing to show, and what to do about it. */
export function Empty({ title, children, testId }: { title: string; children: ReactNode; testId?: string }) {
  return (
    <section
      data-testid={testId}
      className="my-10 rounded-2xl border border-line border-dashed p-8 text-center sm:p-12"
    >
      <h2 className="font-bold text-xl">{title}</h2>
      <div className="mx-auto mt-2 max-w-prose text-soft leading-relaxed">{children}</div>
    </section>
  );
}
