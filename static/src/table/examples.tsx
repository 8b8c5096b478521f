// Examples of a table alone: facts whose decision is known, the rows that must decide, and what comes out now.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { useBench } from "../designer/context";
import { ExampleFacts } from "../designer/example_facts";
import { asObject } from "../designer/facts_model";
import { TextField, useTyped } from "../designer/fields";
import { Button, Card, Findings } from "../designer/parts";
import type { Example, Table } from "./model";

/** What the server says an example comes to: studio_table_words._outcome. */
interface Outcome {
  readonly rows: readonly string[];
  readonly numbers: readonly number[];
  readonly value: unknown;
  readonly words: readonly (readonly [string, string])[];
  readonly expected: readonly (readonly [string, string])[];
  readonly causes: readonly string[];
}

export function ExamplesPanel(): JSX.Element {
  const { draft } = useBench<Table>();
  const table = draft.body.value;
  const outcomes = (draft.words.value as { readonly outcomes?: readonly (Outcome | null)[] } | null)?.outcomes ?? [];
  return (
    <Card title={words("js.card.section.examples")} small={words("js.table.examples_help")} place="/body/examples">
      <Blocks<Example>
        place="/body/examples"
        noun={words("js.card.one_example")}
        items={table.examples ?? []}
        empty={words("js.table.no_examples")}
        make={() => ({ name: "", facts: {}, expect: {} })}
        title={(item, index) => (
          <>
            {item.name || words("js.card.unnamed")} <small class="is-muted">{outcomeWords(outcomes[index] ?? null)}</small>
          </>
        )}
      >
        {(item, place, index) => <ExampleBody key={index} item={item} place={place} outcome={outcomes[index] ?? null} />}
      </Blocks>
    </Card>
  );
}

function outcomeWords(outcome: Outcome | null): string {
  if (!outcome) return "";
  if (outcome.causes.length > 0) return outcome.causes.join(words("js.table.comma"));
  const rows = outcome.numbers.length > 0 ? words("js.table.hit_rows", { rows: outcome.numbers.join(", ") }) : words("js.table.no_rows");
  return [rows, valueWords(outcome.words)].filter(Boolean).join(words("js.table.comma"));
}

function valueWords(pairs: Outcome["words"]): string {
  return pairs.map(([name, said]) => `${name} ${said}`).join(words("js.table.comma"));
}

/** What an example expects, in words; as it is written while the draft cannot be worked through. */
function expectedWords(expected: unknown, outcome: Outcome | null): string {
  if (outcome && outcome.expected.length > 0) return valueWords(outcome.expected);
  return typeof expected === "string" ? expected : JSON.stringify(expected);
}

function ExampleBody({ item, place, outcome }: { readonly item: Example; readonly place: string; readonly outcome: Outcome | null }): JSX.Element {
  const { draft } = useBench<Table>();
  const table = draft.body.value;
  const expected = item.expect["value"];
  const take = (): void => {
    if (outcome) draft.set(`${place}/expect`, { rows: outcome.rows, value: outcome.value }, false);
  };
  const drop = (): void => {
    const { value: _, ...rest } = item.expect;
    draft.set(`${place}/expect`, rest, false);
  };
  return (
    <>
      <div class="form-grid">
        <TextField place={`${place}/name`} label={words("js.table.example_name")} must maxLength={200} />
        <ExpectedRows item={item} place={place} table={table} />
      </div>
      {expected !== undefined && (
        <p class="design-outcome">
          {words("js.table.expected_value")} {expectedWords(expected, outcome)}
          <Button words={words("js.table.expect_any")} onClick={drop} />
        </p>
      )}
      {outcome && (
        <p class="design-outcome" role="status">
          {words("js.table.comes_out", { outcome: outcomeWords(outcome) })}
          <Button words={words("js.card.take_outcome")} onClick={take} />
        </p>
      )}
      <Findings problems={draft.problems.value.under(`${place}/expect`)} />
      <ExampleFacts place={`${place}/facts`} facts={(table.facts ?? []).map(asObject)} values={item.facts} />
    </>
  );
}

/** The rows that must decide, by their numbers; stored by id, so that they follow their rows. */
function ExpectedRows({ item, place, table }: { readonly item: Example; readonly place: string; readonly table: Table }): JSX.Element {
  const { draft } = useBench();
  const ids = Array.isArray(item.expect["rows"]) ? (item.expect["rows"] as readonly string[]) : [];
  const [text, type] = useTyped(ids.map((id) => table.rows.findIndex((each) => each.id === id) + 1 || id).join(", "));
  const id = `${place.slice(1).replaceAll("/", "-")}-rows`;
  return (
    <div class="field">
      <label for={id}>{words("js.table.expected_rows")}</label>
      <input
        id={id}
        class="form-control"
        type="text"
        autocomplete="off"
        maxLength={400}
        data-place={`${place}/expect/rows`}
        aria-describedby={`${id}-help`}
        value={text}
        onInput={(event) => {
          type(event.currentTarget.value);
          const wanted = event.currentTarget.value.split(/[\s,\uff0c\u3001]+/).filter(Boolean);
          const { rows: _, ...rest } = item.expect;
          draft.set(`${place}/expect`, wanted.length === 0 ? rest : { ...rest, rows: wanted.map((each) => table.rows[Number(each) - 1]?.id ?? each) });
        }}
        onBlur={() => type(null)}
      />
      <p class="help" id={`${id}-help`}>
        {words("js.table.expected_rows_help")}
      </p>
    </div>
  );
}
