// Customers whose outcome is written down: what goes in, what must come out, and what comes out of the draft now.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import type { Act } from "../designer/cells";
import { DecimalField, SelectField, TextField } from "../designer/fields";
import { isDecimal, readDecimal } from "../designer/decimals";
import { Grid } from "../designer/grid";
import { say } from "../designer/labels";
import { Button, Card, Findings } from "../designer/parts";
import { put } from "../designer/paths";
import { asObject, type Body, type Example, type FactObject } from "./body";
import { useDraft, useWords, type Outcome } from "./card";
import { gradeStyle } from "./lists";

type Value = Example["facts"][string];

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

export function ExamplesPanel(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const outcomes = useWords().outcomes;
  return (
    <Card title={words("js.card.section.examples")} small={words("js.card.examples_help")} place="/body/examples">
      <Blocks<Example>
        place="/body/examples"
        noun={words("js.card.one_example")}
        items={body.examples ?? []}
        empty={words("js.card.no_examples")}
        make={() => ({ name: "", facts: {}, expect: {} })}
        title={(item, index) => (
          <>
            {item.name || words("js.card.unnamed")} <Earned outcome={outcomes?.[index] ?? null} body={body} />
          </>
        )}
      >
        {(item, place, index) => <ExampleBody item={item} place={place} index={index} outcome={outcomes?.[index] ?? null} />}
      </Blocks>
    </Card>
  );
}

function Earned({ outcome, body }: { readonly outcome: Outcome | null; readonly body: Body }): JSX.Element | null {
  if (!outcome) return null;
  const rank = body.grades.findIndex((each) => each.key === outcome.grade);
  return (
    <span class="is-muted">
      {outcome.total ?? "—"} {outcome.grade && <span class={`grade ${gradeStyle(outcome.grade, rank, body.grades.length)}`}>{outcome.grade}</span>}
    </span>
  );
}

function ExampleBody({ item, place, index, outcome }: { readonly item: Example; readonly place: string; readonly index: number; readonly outcome: Outcome | null }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const facts = body.facts.map(asObject);
  const variants = body.variants ?? [];
  const grades = [{ value: "", words: words("js.card.any_grade") }, ...body.grades.map((each) => ({ value: each.key, words: each.key }))];
  const write = (acts: readonly Act[], group: string | null): void => {
    const next: Record<string, Value> = { ...item.facts };
    for (const act of acts) {
      if (act.kind !== "set") continue;
      for (const { row, column, text } of act.edits) {
        const fact = facts[row];
        if (!fact || column !== 1) continue;
        const value = read(fact, text);
        if (value === undefined) delete next[fact.key];
        else next[fact.key] = value;
      }
    }
    draft.change(`${place}/facts`, (content) => put(content, ["body", "examples", index, "facts"], next), group);
  };
  const expect = (member: string, value: string): void => {
    const { [member]: _, ...rest } = item.expect;
    draft.set(`${place}/expect`, value === "" ? rest : { ...item.expect, [member]: value });
  };
  const take = (): void => {
    if (!outcome) return;
    const made = { ...item.expect, total: outcome.total, grade: outcome.grade, ...(outcome.coverage_percent !== null && isDecimal(outcome.coverage_percent) ? { coverage_percent: outcome.coverage_percent } : {}) };
    draft.set(`${place}/expect`, made, false);
  };
  const expected = item.expect as Readonly<Record<string, unknown>>;
  return (
    <>
      <div class="form-grid is-four">
        <TextField place={`${place}/name`} label={words("js.card.example_name")} must maxLength={200} />
        {variants.length > 0 && (
          <SelectField
            place={`${place}/variant`}
            label={words("js.card.variant")}
            value={item.variant ?? ""}
            options={[{ value: "", words: words("js.card.default_variant") }, ...variants.map((each) => ({ value: each.key, words: say(each.label, draft.language) || each.key }))]}
            onChoice={(value) => draft.set(`${place}/variant`, value === "" ? undefined : value, false)}
          />
        )}
        <DecimalField place={`${place}/expect/total`} label={words("js.card.expected_total")} onDecimal={(value) => expect("total", value)} />
        <SelectField place={`${place}/expect/grade`} label={words("js.card.expected_grade")} value={String(expected["grade"] ?? "")} options={grades} onChoice={(value) => expect("grade", value)} />
      </div>
      {outcome && (
        <p class="design-outcome" role="status">
          {words("js.card.comes_out", { total: outcome.total ?? "—", grade: outcome.grade ?? "—", coverage: outcome.coverage_percent ?? "—" })}{" "}
          {outcome.hits.length > 0 && words("js.card.hits", { rules: outcome.hits.join(words("js.card.comma")) })}
          <Button words={words("js.card.take_outcome")} onClick={take} />
        </p>
      )}
      <Findings problems={draft.problems.value.under(`${place}/expect`)} />
      <Grid
        label={words("js.card.example_facts")}
        noun={words("js.card.fact")}
        grows={false}
        columns={[{ title: words("js.card.fact"), look: "long" }, { title: words("js.card.example_value"), look: "long" }]}
        rows={facts.map((each) => [say(each.label, draft.language) || each.key, shown(item.facts[each.key])])}
        fixed={(_row, column) => column === 0}
        onActs={write}
        place={(row, column) => (column === 1 ? `${place}/facts/${facts[row]?.key ?? ""}` : `${place}/names/${row}`)}
        note={<Findings problems={draft.problems.value.under(`${place}/facts`)} />}
      />
    </>
  );
}
