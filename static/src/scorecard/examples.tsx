// Customers whose outcome is written down: what goes in, what must come out, and what comes out of the draft now.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { DecimalField, SelectField, TextField } from "../designer/fields";
import { isDecimal } from "../designer/decimals";
import { ExampleFacts } from "../designer/example_facts";
import { say } from "../designer/labels";
import { Button, Card, Findings } from "../designer/parts";
import { asObject, type Body, type Example } from "./body";
import { useDraft, useWords, type Outcome } from "./card";
import { gradeStyle } from "./lists";

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
        {(item, place, index) => <ExampleBody item={item} place={place} outcome={outcomes?.[index] ?? null} />}
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

function ExampleBody({ item, place, outcome }: { readonly item: Example; readonly place: string; readonly outcome: Outcome | null }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const facts = body.facts.map(asObject);
  const variants = body.variants ?? [];
  const grades = [{ value: "", words: words("js.card.any_grade") }, ...body.grades.map((each) => ({ value: each.key, words: each.key }))];
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
      <ExampleFacts place={`${place}/facts`} facts={facts} values={item.facts} />
    </>
  );
}
