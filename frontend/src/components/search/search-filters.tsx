import Form from "next/form";
import { Labelled } from "@/components/ui/labelled";
import { YearsNote } from "@/components/ui/years-note";
import type { Asked } from "@/lib/search-params";
import { GENRES } from "@/lib/settings";

/** Genre and years for a search: a plain form, so that the address holds it all. */
export function SearchFilters({ asked }: { asked: Asked }) {
  return (
    <Form
      action="/search"
      className="mb-8 flex flex-wrap items-end gap-x-4 gap-y-3"
      aria-label="Filter the results"
    >
      <input type="hidden" name="q" value={asked.q} />
      <Labelled label="Genre" htmlFor="genre">
        <select
          id="genre"
          name="genre"
          defaultValue={asked.genre}
          key={asked.genre}
          className="field h-10!"
          data-testid="genre-select"
        >
          <option value="">All genres</option>
          {GENRES.map((genre) => (
            <option key={genre}>{genre}</option>
          ))}
        </select>
      </Labelled>
      <Year label="From" name="year_min" value={asked.yearMin} />
      <Year label="To" name="year_max" value={asked.yearMax} />
      <button type="submit" className="button-quiet min-h-10!">
        Apply
      </button>
      <YearsNote text={asked.yearsNote} />
    </Form>
  );
}

function Year({ label, name, value }: { label: string; name: string; value: number | null }) {
  return (
    <Labelled label={label} htmlFor={name}>
      <input
        id={name}
        name={name}
        key={value}
        defaultValue={value ?? ""}
        inputMode="numeric"
        autoComplete="off"
        placeholder="Year"
        className="field h-10! w-20"
        data-testid={name.replace("_", "-")}
      />
    </Labelled>
  );
}
