// The pane that tries the draft on one customer: score and grade beside those of the version in force, and what moved.

import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Checker } from "../designer/checker";
import { CustomerPicker, type Found } from "../designer/customers";
import { TIMERS, type Draft } from "../designer/draft";
import { say } from "../designer/labels";
import type { Told } from "../designer/server";
import { onlyFacts, trial, type Trial as Known, type Values } from "../formula/trial";
import { text as words } from "../lib/texts";
import { asObject, type Body } from "./body";
import { Letter, Refusal } from "./effect";

export type { Found } from "../designer/customers";
export { TIMERS } from "../designer/draft";

interface Result {
  readonly total: string | null;
  readonly grade: string | null;
  readonly model_grade: string | null;
  readonly coverage: string;
  readonly hits: readonly string[];
}

interface Tried extends Found {
  readonly after: Result;
  readonly before: Result | null;
  readonly version: number | null;
  readonly factors: Readonly<Record<string, { readonly points: string | null; readonly before: string | null; readonly value: string | boolean | null }>>;
}

export function TryPane({ draft }: { readonly draft: Draft<Body> }): JSX.Element {
  const [customer, choose] = useState<Found | null>(null);
  return customer ? <Trial key={customer.id} draft={draft} customer={customer} leave={() => choose(null)} /> : <CustomerPicker choose={choose} />;
}

function Trial({ draft, customer, leave }: { readonly draft: Draft<Body>; readonly customer: Found; readonly leave: () => void }): JSX.Element {
  const [told, show] = useState<Told<Tried> | null>(null);
  const body = draft.body.value;
  const asking = useRef<Checker<Body, Told<Tried>> | null>(null);
  asking.current ??= new Checker({ timers: TIMERS, ask: (now, stop) => draft.ask<Tried>("try", { body: now, customer: customer.id }, stop), answered: show, delay: 500 });
  const looking = useRef<Checker<Body, Told<Values>> | null>(null);
  looking.current ??= new Checker({
    timers: TIMERS,
    ask: (now, stop) => draft.ask<Values>("values", { body: now, customer: customer.id }, stop),
    answered: (found) => {
      if (found.kind === "told") trial.value = { who: customer.name, ...found.value };
      else if (trial.peek()) trial.value = onlyFacts(trial.peek() as Known, new Set(draft.body.peek().facts.map((each) => asObject(each).key)));
    },
    delay: 500,
  });
  useEffect(() => {
    asking.current?.changed(body);
    looking.current?.changed(body);
  }, [body]);
  useEffect(() => () => void (trial.value = null), []);
  return (
    <>
      <p class="design-tried">
        <a href={customer.address}>{customer.name}</a>
        <button type="button" class="btn-link" onClick={leave}>
          {words("js.card.try_other")}
        </button>
      </p>
      {told?.kind === "told" ? <Outcome told={told.value} body={body} language={draft.language} /> : <Refusal told={told} />}
    </>
  );
}

function Outcome({ told, body, language }: { readonly told: Tried; readonly body: Body; readonly language: string }): JSX.Element {
  const { after, before } = told;
  const moved = body.factors.filter((each) => {
    const seen = told.factors[each.key];
    return before !== null && seen !== undefined && seen.points !== seen.before;
  });
  return (
    <>
      <dl class="lines">
        <div>
          <dt>{words("js.card.try_total")}</dt>
          <dd>{after.total ?? "—"}</dd>
        </div>
        <div>
          <dt>{words("js.card.try_grade")}</dt>
          <dd>
            <Letter grade={after.grade} grades={body.grades} />
          </dd>
        </div>
        <div>
          <dt>{words("js.card.try_coverage")}</dt>
          <dd>{after.coverage}%</dd>
        </div>
        {before && (
          <div>
            <dt>{words("js.card.try_before", { version: told.version ?? 0 })}</dt>
            <dd>
              {before.total ?? "—"} <Letter grade={before.grade} grades={body.grades} />
            </dd>
          </div>
        )}
        {after.hits.length > 0 && (
          <div>
            <dt>{words("js.card.try_hits")}</dt>
            <dd class="is-bad">{after.hits.map((hit) => say(body.knockouts?.find((each) => each.id === hit)?.label ?? {}, language) || hit).join(words("js.card.between"))}</dd>
          </div>
        )}
      </dl>
      <Unknowns told={told} body={body} language={language} />
      {moved.length > 0 && (
        <table class="data">
          <caption class="is-small">{words("js.card.try_moved")}</caption>
          <tbody>
            {moved.map((each) => (
              <tr key={each.key}>
                <th scope="row">{say(each.label, language)}</th>
                <td class="number">
                  {told.factors[each.key]?.before ?? "—"} → {told.factors[each.key]?.points ?? "—"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** Factors whose value is unknown for this customer, each with why: where the total lacks them, this says what to look for. */
function Unknowns({ told, body, language }: { readonly told: Tried; readonly body: Body; readonly language: string }): JSX.Element | null {
  const unknown = body.factors.filter((each) => told.factors[each.key]?.value === null);
  if (unknown.length === 0) return null;
  return (
    <>
      <h3 class="design-unknown-title">{words("js.formula.unknown_factors")}</h3>
      <ul class="design-unknown">
        {unknown.map((each) => (
          <li key={each.key}>
            {say(each.label, language) || each.key}
            <small class="is-warn">{trial.value?.names[each.key]?.why?.join(" ")}</small>
          </li>
        ))}
      </ul>
    </>
  );
}
