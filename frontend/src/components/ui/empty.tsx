import type { ReactNode } from "react";

interface Props {
  title: string;
  children: ReactNode;
  testId?: string;
  /** It stands for the whole page, and its title is the page's. */
  isPage?: boolean;
}

/** Nothing to show, and what to do about it. */
export function Empty({ title, children, testId, isPage = false }: Props) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <section
      data-testid={testId}
      className="my-10 rounded-2xl border border-line border-dashed p-8 text-center sm:p-12"
    >
      <Heading className="font-bold text-xl">{title}</Heading>
      <div className="mx-auto mt-2 max-w-prose text-soft leading-relaxed">{children}</div>
    </section>
  );
}
