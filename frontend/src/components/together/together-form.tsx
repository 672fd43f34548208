import { FEWEST, MOST, type Together } from "@/lib/together";

/** Who, and who decides. A plain form: it works without script, and its address can be shared. */
export function TogetherForm({ together, me }: { together: Together; me: number | null }) {
  const { text, blend, refusal } = together;
  return (
    <form
      action="/together"
      method="get"
      className="mb-6 flex flex-wrap items-end gap-x-6 gap-y-3"
      aria-label="Who watches"
    >
      <div className="w-full sm:w-72">
        <label htmlFor="users" className="mb-1 block font-semibold text-soft text-xs">
          User ids, {FEWEST} to {MOST}
        </label>
        <input
          id="users"
          name="users"
          inputMode="text"
          autoComplete="off"
          placeholder="e.g. 1, 123"
          defaultValue={text || (me === null ? "" : `${me}, `)}
          aria-invalid={refusal !== null}
          aria-describedby="users-refused"
          className="field w-full"
        />
      </div>
      <fieldset className="flex min-h-11 flex-wrap items-center gap-x-5 gap-y-1">
        <legend className="mb-1 font-semibold text-soft text-xs">What counts</legend>
        <Choice value="mean" label="Most joy in all" isChosen={blend === "mean"} />
        <Choice value="min" label="Nobody suffers" isChosen={blend === "min"} />
      </fieldset>
      <button type="submit" className="button">
        Show the list
      </button>
      <p
        id="users-refused"
        role="status"
        data-testid={refusal ? "together-refused" : undefined}
        className={refusal ? "w-full text-minus" : "sr-only"}
      >
        {refusal}
      </p>
    </form>
  );
}

function Choice({ value, label, isChosen }: { value: string; label: string; isChosen: boolean }) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input
        type="radio"
        name="blend"
        value={value}
        defaultChecked={isChosen}
        className="size-4 accent-glow"
      />
      {label}
    </label>
  );
}
