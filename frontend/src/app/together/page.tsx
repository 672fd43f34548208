import type { Metadata } from "next";
import { cookies } from "next/headers";
import { TogetherForm } from "@/components/together/together-form";
import { TogetherList } from "@/components/together/together-list";
import { USER_COOKIE } from "@/lib/current-user";
import { idFrom } from "@/lib/ids";
import type { Params } from "@/lib/settings";
import { togetherFrom } from "@/lib/together";

export const metadata: Metadata = { title: "Tonight for two" };

export default async function TogetherPage({ searchParams }: { searchParams: Promise<Params> }) {
  const together = togetherFrom(await searchParams);
  const me = idFrom((await cookies()).get(USER_COOKIE)?.value);
  return (
    <>
      <header className="pt-8 pb-5 sm:pt-10">
        <h1 className="font-extrabold text-4xl tracking-tight sm:text-5xl">
          Tonight for {NUMBERS[together.userIds.length] ?? "two"}
        </h1>
        <p className="mt-1 text-soft">
          One list for people who watch together, with what each of them makes of every movie.
        </p>
      </header>
      <TogetherForm together={together} me={me} />
      {together.userIds.length > 0 && <TogetherList userIds={together.userIds} blend={together.blend} />}
    </>
  );
}

const NUMBERS: Record<number, string> = { 2: "two", 3: "three", 4: "four", 5: "five", 6: "six" };
