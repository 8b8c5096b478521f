// The pane that tries a table of the draft: on typed facts or those of a customer; the grid shows what each row made of it.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Checker } from "../designer/checker";
import { useBench } from "../designer/context";
import { CustomerPicker, Refusal, type Found } from "../designer/customers";
import { TIMERS } from "../designer/draft";
import type { Told } from "../designer/server";
import { lit, type RowState } from "./host";

interface Asked {
  readonly key: string;
  readonly words: string;
  readonly unit: string;
  readonly value: string;
  readonly errors: readonly string[];
  readonly options: readonly (readonly [string, string])[];
}

interface Result {
  readonly rows: readonly number[];
  readonly numbers: string;
  readonly outputs: readonly (readonly [string, string])[];
  readonly causes: readonly string[];
  readonly default: boolean;
  readonly states: readonly RowState[];
}

interface Decided {
  readonly asked: readonly Asked[];
  readonly result: Result | null;
  /** What must be mended before anything can be tried. */
  readonly unsound: string | null;
}

interface Question {
  readonly body: unknown;
  readonly table: number | null;
  readonly typed: Readonly<Record<string, string>>;
  readonly customer: string | null;
}

/** `place` is that of the table, `index` its number within a scorecard. */
export function TableTry({ place, index }: { readonly place: string; readonly index: number | null }): JSX.Element {
  const { draft, show } = useBench();
  const [typed, type] = useState<Readonly<Record<string, string>>>({});
  const [customer, take] = useState<Found | null>(null);
  const [told, tell] = useState<Told<Decided> | null>(null);
  const [last, keep] = useState<readonly Asked[]>([]);
  const body = draft.body.value;
  const asking = useRef<Checker<Question, Told<Decided>> | null>(null);
  asking.current ??= new Checker({
    timers: TIMERS,
    ask: (question, stop) => draft.ask<Decided>("decide", question, stop),
    answered: (answer) => {
      tell(answer);
      if (answer.kind === "told" && answer.value.unsound === null) keep(answer.value.asked);
      lit.value = answer.kind === "told" && answer.value.result ? { place, states: answer.value.result.states } : null;
    },
    delay: 400,
  });
  useEffect(() => asking.current?.changed({ body, table: index, typed, customer: customer?.id ?? null }), [body, index, typed, customer]);
  useEffect(() => () => void (lit.value = null), []);
  const result = told?.kind === "told" ? told.value.result : null;
  const choose = (found: Found | null): void => {
    type({});
    take(found);
  };
  return (
    <>
      {customer ? (
        <p class="design-tried">
          <a href={customer.address}>{customer.name}</a>
          <button type="button" class="btn-link" onClick={() => choose(null)}>
            {words("js.card.try_other")}
          </button>
        </p>
      ) : (
        <CustomerPicker choose={choose} id="table-customer" />
      )}
      <div class="design-asked">
        {last.map((each) => (
          <AskedField key={each.key} asked={each} value={typed[each.key] ?? each.value} onText={(text) => type((now) => ({ ...now, [each.key]: text }))} />
        ))}
      </div>
      {told?.kind === "told" && told.value.unsound !== null && <p class="is-warn is-small">{told.value.unsound}</p>}
      {told?.kind === "told" && told.value.unsound === null && last.length === 0 && <p class="is-muted">{words("js.table.try_nothing")}</p>}
      {told?.kind === "told" && last.length > 0 && customer && last.every((each) => each.value === "") && <p class="is-muted is-small">{words("js.table.try_unknown")}</p>}
      {told?.kind === "told" && told.value.unsound === null && !result && last.length > 0 && <p class="is-muted is-small">{words("js.table.try_help")}</p>}
      {told?.kind !== "told" && <Refusal told={told} />}
      {result && <Outcome result={result} follow={(row) => show(`${place}/rows/${row}`)} />}
    </>
  );
}

function AskedField({ asked, value, onText }: { readonly asked: Asked; readonly value: string; readonly onText: (text: string) => void }): JSX.Element {
  const id = `asked-${asked.key}`;
  const wrong = asked.errors.length > 0;
  return (
    <div class={`field${wrong ? " has-errors" : ""}`}>
      <label for={id}>
        {asked.words} {asked.unit && <small class="is-muted">{asked.unit}</small>}
      </label>
      {asked.options.length > 0 ? (
        <select id={id} class="form-select" value={value} onChange={(event) => onText(event.currentTarget.value)}>
          {asked.options.map(([option, said]) => (
            <option key={option} value={option}>
              {said}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} class="form-control" type="text" autocomplete="off" maxLength={200} value={value} aria-invalid={wrong ? "true" : undefined} aria-describedby={wrong ? `${id}-errors` : undefined} onInput={(event) => onText(event.currentTarget.value)} />
      )}
      {wrong && (
        <p class="errors is-small is-bad mb-0" id={`${id}-errors`}>
          {asked.errors.join(" ")}
        </p>
      )}
    </div>
  );
}

function Outcome({ result, follow }: { readonly result: Result; readonly follow: (row: number) => void }): JSX.Element {
  const title = result.causes.length > 0 ? words("js.table.no_result") : result.numbers ? words("js.table.hit_rows", { rows: result.numbers }) : words(result.default ? "js.table.default_holds" : "js.table.no_rows");
  const missed = result.states.map((each, row) => ({ ...each, row })).filter((each) => each.state !== "hit");
  return (
    <div class="design-decided">
      <p class={`mb-0 ${result.causes.length > 0 ? "is-warn" : "is-good"}`} role="status">
        <strong>{title}</strong>
      </p>
      {result.causes.length > 0 ? (
        <p class="is-small mb-0">{result.causes.join(words("js.table.comma"))}</p>
      ) : (
        <dl class="lines">
          {result.outputs.map(([name, said]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{said}</dd>
            </div>
          ))}
        </dl>
      )}
      {missed.length > 0 && (
        <details class="design-more" open={missed.length <= 12}>
          <summary>{words("js.table.missed")}</summary>
          <ul class="design-missed">
            {missed.slice(0, 100).map((each) => (
              <li key={each.row}>
                <button type="button" class="btn-link" onClick={() => follow(each.row)}>
                  {words("js.table.row_n", { row: each.row + 1 })}
                </button>{" "}
                <span class="is-muted">{each.why || words(`js.table.state.${each.state}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
