import Link from "next/link";
import { SearchBox } from "@/components/search/search-box";
import { UserForm } from "@/components/users/user-form";
import { type Sample, SampleCard } from "./sample-card";

const EXAMPLES = [1, 123, 414];

interface Props {
  isRefused: boolean;
  /** Null where none can be ranked, or somebody's own movies stand above. */
  sample: Sample | null;
  headingLevel: 1 | 2;
}

export function Hero({ isRefused, sample, headingLevel }: Props) {
  const Heading = `h${headingLevel}` as const;
  return (
    <section className="relative z-10 grid gap-x-14 gap-y-7 pt-8 pb-2 sm:pt-12 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] lg:grid-rows-[auto_1fr] lg:items-start">
      <div>
        <Heading className="max-w-xl text-balance font-display font-extrabold text-4xl leading-[1.05] tracking-tight sm:text-6xl">
          What should you watch tonight?
        </Heading>
        <p className="mt-4 max-w-xl text-lg text-soft leading-relaxed">
          Every movie here is ranked for one person, and every place in the list can be added up.
        </p>
        <div className="mt-6 flex flex-wrap items-center gap-3">
          <Link href="/start" prefetch={false} className="button h-14! px-6! text-lg" data-testid="start">
            Pick five you love
          </Link>
          <span className="text-soft">and your list forms as you pick. No account.</span>
        </div>
        <div className="mt-5 max-w-xl">
          <SearchBox isLarge />
        </div>
      </div>
      {sample && (
        <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <SampleCard sample={sample} />
        </div>
      )}
      <div className={sample ? "max-w-xl" : "rounded-2xl border border-line bg-panel p-5 sm:p-6 lg:self-end"}>
        <UserForm label="Have a user id? Enter it" isRefused={isRefused} />
        <p className="mt-3 flex flex-wrap items-center gap-2 text-soft text-sm">
          Or look over the shoulder of
          {EXAMPLES.map((id) => (
            <Link key={id} href={`/users/${id}`} prefetch={false} className="button-quiet text-text">
              User {id}
            </Link>
          ))}
        </p>
        <p className="mt-3 text-sm">
          <Link
            href="/together"
            prefetch={false}
            className="rounded-sm font-semibold text-glow underline-offset-4 hover:underline"
          >
            Tonight for two
          </Link>{" "}
          <span className="text-soft">makes one list of several people's.</span>
        </p>
      </div>
    </section>
  );
}
