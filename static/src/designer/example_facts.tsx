// The facts of an example as a grid: one line a fact, nothing where it is unknown.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import type { Act } from "./cells";
import { useBench } from "./context";
import { readDecimal } from "./decimals";
import type { FactObject } from "./facts_model";
import { Grid } from "./grid";
import { say } from "./labels";
import { Findings } from "./parts";
import { parts, put } from "./paths";

export type Value = string | number | boolean | null;

/** A value of a fact as it is typed: decimals as text, yes and no in words, nothing for unknown. */
function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return words(value ? "js.card.yes" : "js.card.no");
  return String(value);
}

function read(fact: FactObject, typed: string): Value | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  const type = fact.type ?? "any";
  if (type === "boolean" || type === "any") {
    const lower = text.toLowerCase();
    if ([words("js.card.yes").toLowerCase(), "true"].includes(lower)) return true;
    if ([words("js.card.no").toLowerCase(), "false"].includes(lower)) return false;
  }
  if (type === "number") return readDecimal(text.replace(/[%\uff05]$/, "")) !== null && !/[%\uff05]$/.test(text) ? (readDecimal(text) ?? text) : text;
  return text;
}

export interface ExampleFactsProps {
  /** Place of the facts: `/body/examples/0/facts`. */
  readonly place: string;
  readonly facts: readonly FactObject[];
  readonly values: Readonly<Record<string, Value>>;
}

export function ExampleFacts({ place, facts, values }: ExampleFactsProps): JSX.Element {
  const { draft } = useBench();
  const write = (acts: readonly Act[], group: string | null): void => {
    const next: Record<string, Value> = { ...values };
    for (const { row, column, text } of acts.flatMap((act) => (act.kind === "set" ? act.edits : []))) {
      const fact = facts[row];
      if (!fact || column !== 1) continue;
      const value = read(fact, text);
      if (value === undefined) delete next[fact.key];
      else next[fact.key] = value;
    }
    draft.change(place, (content) => put(content, parts(place), next), group);
  };
  return (
    <Grid
      label={words("js.card.example_facts")}
      noun={words("js.card.fact")}
      grows={false}
      columns={[{ title: words("js.card.fact"), look: "long" }, { title: words("js.card.example_value"), look: "long" }]}
      rows={facts.map((each) => [say(each.label, draft.language) || each.key, shown(values[each.key])])}
      fixed={(_row, column) => column === 0}
      onActs={write}
      place={(row, column) => (column === 1 ? `${place}/${facts[row]?.key ?? ""}` : `${place}/names/${row}`)}
      note={<Findings problems={draft.problems.value.under(place)} />}
    />
  );
}
