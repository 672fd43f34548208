import Link from "next/link";
import { SearchBox } from "@/components/search/search-box";
import { UserForm } from "@/components/users/user-form";

const EXAMPLES = [1, 123, 414];

export function Hero({ isRefused }: { isRefused: boolean }) {
  return (
    <section className="relative z-10 grid gap-x-16 gap-y-8 pt-10 pb-2 sm:pt-16 lg:grid-cols-[1.25fr_1fr] lg:items-end">
      <div>
        <h1 className="max-w-xl text-balance font-extrabold text-4xl leading-[1.05] tracking-tight sm:text-6xl">
          What should you watch tonight?
        </h1>
        <p className="mt-4 max-w-xl text-lg text-soft leading-relaxed">
          Every movie here is ranked for one person, and every place in the list can be added up.
        </p>
        <div className="mt-7 flex flex-wrap items-center gap-3">
          <Link href="/start" prefetch={false} className="button h-14! px-6! text-lg" data-testid="start">
            Pick five you love
          </Link>
          <span className="text-soft">and your list forms as you pick. No account.</span>
        </div>
        <div className="mt-5 max-w-xl">
          <SearchBox isLarge />
        </div>
      </div>
      <div className="rounded-2xl border border-line bg-panel p-5 sm:p-6">
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
