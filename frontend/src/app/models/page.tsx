import type { Metadata } from "next";
import { DecideButton, Decisions } from "@/components/models/decisions";
import { ModelCard } from "@/components/models/model-card";
import { ModelList } from "@/components/models/model-list";
import { Empty } from "@/components/ui/empty";
import { NeedsScript } from "@/components/ui/needs-script";
import { TroublePanel } from "@/components/ui/trouble-panel";
import { model, models } from "@/lib/api";
import { previousOf } from "@/lib/models";
import type { Params } from "@/lib/settings";
import type { ModelEntry } from "@/lib/types";

export const metadata: Metadata = { title: "The models" };

/** What serves and why, what ranks beside it, and what served before; each of the last opens by its address. */
export default async function ModelsPage({ searchParams }: { searchParams: Promise<Params> }) {
  const { open } = await searchParams;
  const found = await models();
  return (
    <>
      <header className="pt-8 pb-5 sm:pt-10">
        <h1 className="font-extrabold text-4xl tracking-tight sm:text-5xl">The models</h1>
        <p className="mt-1 text-soft">What serves now, how it was judged, and what served before.</p>
      </header>
      {found.ok ? (
        <Shown all={found.data.models} opened={typeof open === "string" ? open : ""} />
      ) : (
        <TroublePanel trouble={found.trouble} what="The models" />
      )}
    </>
  );
}

async function Shown({ all, opened }: { all: readonly ModelEntry[]; opened: string }) {
  const champion = all.find(({ state }) => state === "champion") ?? null;
  const shadows = all.filter(({ state }) => state === "shadow");
  const others = all.filter(({ state }) => state !== "champion" && state !== "shadow");
  const wanted = others.find(({ version }) => version === opened);
  const [serving, openedOne, ...shadowed] = await Promise.all([
    champion && model(champion.version),
    wanted ? model(wanted.version) : null,
    ...shadows.map(({ version }) => model(version)),
  ]);
  const previous = previousOf(all);
  if (all.length === 0) {
    return (
      <Empty title="There is no model yet" testId="no-models">
        The first one is trained once ratings have come in. Until it serves, the lists are made without one.
      </Empty>
    );
  }
  return (
    <Decisions champion={champion?.version ?? null}>
      <NeedsScript what="Promoting a model, or rolling back," />
      {champion && serving && (
        <ModelCard title="Serves now" entry={champion} found={serving}>
          {previous && <DecideButton version={previous.version} action="rollback" />}
        </ModelCard>
      )}
      {shadows.map((entry, at) => {
        const details = shadowed[at];
        return details ? (
          <ModelCard key={entry.version} title="Shadow" entry={entry} found={details}>
            <DecideButton version={entry.version} action="promote" />
          </ModelCard>
        ) : null;
      })}
      {others.length > 0 && (
        <section>
          <h2 className="mb-3 font-bold text-2xl tracking-tight">
            {champion ? "Other models" : "None of them serves"}
          </h2>
          <ModelList models={others} opened={opened} found={openedOne ?? null} />
        </section>
      )}
    </Decisions>
  );
}
