// The pane that runs the draft over the whole portfolio: how many move, from which grade to which, and who they are.

import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Checker } from "../designer/checker";
import type { Draft } from "../designer/draft";
import { Button } from "../designer/parts";
import type { Told } from "../designer/server";
import { text as words } from "../lib/texts";
import type { Body } from "./body";
import { Letter, Refusal } from "./effect";
import { TIMERS, type Found } from "./try";

type Key = string | null;

interface Impact {
  readonly customers: number;
  readonly version: number | null;
  readonly up: number;
  readonly down: number;
  readonly unchanged: number;
  readonly other: number;
  /** Customers with a score both times, and the means of these scores. */
  readonly both: number;
  readonly means: readonly [string, string] | null;
  readonly rows: readonly Key[];
  readonly columns: readonly Key[];
  readonly matrix: readonly (readonly number[])[];
}

interface Cell {
  readonly before: Key;
  readonly after: Key;
}

/** Asked for once by a button; from then on it follows the document. */
export function ImpactPane({ draft }: { readonly draft: Draft<Body> }): JSX.Element {
  const [wanted, want] = useState(false);
  const [told, show] = useState<Told<Impact> | null>(null);
  const [cell, open] = useState<Cell | null>(null);
  const body = draft.body.value;
  const asking = useRef<Checker<Body, Told<Impact>> | null>(null);
  asking.current ??= new Checker({ timers: TIMERS, ask: (now, stop) => draft.ask<Impact>("impact", { body: now }, stop), answered: show, delay: 900 });
  useEffect(() => {
    if (wanted) asking.current?.changed(body);
  }, [body, wanted]);
  if (!wanted) return <Button words={words("js.card.impact_run")} icon="board" onClick={() => want(true)} />;
  if (told?.kind !== "told") return <Refusal told={told} />;
  const found = told.value;
  return (
    <div aria-live="polite">
      <p class="is-muted is-small">{found.version === null ? words("js.card.impact_first", { count: found.customers }) : words("js.card.impact_of", { count: found.customers, version: found.version })}</p>
      {found.version !== null && (
        <dl class="lines">
          <Line title="js.card.impact_up" count={found.up} look="is-good" />
          <Line title="js.card.impact_down" count={found.down} look="is-bad" />
          <Line title="js.card.impact_same" count={found.unchanged} />
          {found.other > 0 && <Line title="js.card.impact_other" count={found.other} />}
          {found.means && <Mean found={found} means={found.means} />}
        </dl>
      )}
      {found.version === null && found.means && (
        <dl class="lines">
          <Mean found={found} means={found.means} />
        </dl>
      )}
      <Matrix found={found} body={body} open={open} chosen={cell} />
      {cell && <Customers key={`${cell.before} ${cell.after}`} draft={draft} cell={cell} body={body} close={() => open(null)} />}
    </div>
  );
}

function Line({ title, count, look }: { readonly title: string; readonly count: number; readonly look?: string }): JSX.Element {
  return (
    <div>
      <dt>{words(title)}</dt>
      <dd class={count > 0 ? look : undefined}>{words("js.card.impact_count", { count })}</dd>
    </div>
  );
}

/** The mean score before and after; of a first version there is one only. */
function Mean({ found, means }: { readonly found: Impact; readonly means: readonly [string, string] }): JSX.Element {
  return (
    <div>
      <dt title={words("js.card.impact_mean_of", { count: found.both })}>{words("js.card.impact_mean")}</dt>
      <dd>{found.version === null ? means[1] : `${means[0]} \u2192 ${means[1]}`}</dd>
    </div>
  );
}

function Matrix({ found, body, open, chosen }: { readonly found: Impact; readonly body: Body; readonly open: (cell: Cell) => void; readonly chosen: Cell | null }): JSX.Element {
  const rows = found.rows.map((key, at) => ({ key, counts: found.matrix[at] ?? [] })).filter((row) => row.counts.some((count) => count > 0));
  const shown = found.columns.map((_, at) => rows.some((row) => (row.counts[at] ?? 0) > 0));
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={words("js.card.impact_matrix")}>
      <table class="data design-matrix">
        <caption class="is-small">{words("js.card.impact_matrix")}</caption>
        <thead>
          <tr>
            <th scope="col"><span class="visually-hidden">{words("js.card.impact_axes")}</span></th>
            {found.columns.map((key, at) => shown[at] && <th key={at} scope="col"><Letter grade={key} grades={body.grades} /></th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, counts }) => (
            <tr key={String(key)}>
              <th scope="row"><Letter grade={key} grades={body.grades} /></th>
              {counts.map(
                (count, at) =>
                  shown[at] && (
                    <td key={at} class={`number${found.columns[at] === key ? " is-same" : ""}`}>
                      {count > 0 ? (
                        <button
                          type="button"
                          class="btn-link"
                          aria-pressed={chosen !== null && chosen.before === key && chosen.after === found.columns[at]}
                          aria-label={words("js.card.impact_cell", { count, before: key || words("js.card.grade_none"), after: found.columns[at] || words("js.card.grade_none") })}
                          onClick={() => open({ before: key, after: found.columns[at] ?? null })}
                        >
                          {count}
                        </button>
                      ) : (
                        ""
                      )}
                    </td>
                  ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Customers({ draft, cell, body, close }: { readonly draft: Draft<Body>; readonly cell: Cell; readonly body: Body; readonly close: () => void }): JSX.Element {
  const [told, show] = useState<Told<{ customers: readonly Found[]; most: number }> | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void draft.ask<{ customers: readonly Found[]; most: number }>("impact", { body, cell: [cell.before, cell.after] }, stop.signal).then((answer) => {
      if (!stop.signal.aborted) show(answer);
    });
    return () => stop.abort();
  }, [body]);
  if (told?.kind !== "told") return <Refusal told={told} />;
  const { customers, most } = told.value;
  return (
    <section class="design-who">
      <h3>
        <Letter grade={cell.before} grades={body.grades} /> → <Letter grade={cell.after} grades={body.grades} />
        <Button words={words("js.card.close")} icon="close" onlyIcon onClick={close} />
      </h3>
      <ul>
        {customers.map((each) => (
          <li key={each.id}>
            <a href={each.address}>{each.name}</a> <small class="is-muted">{each.number}</small>
          </li>
        ))}
      </ul>
      {customers.length === most && <p class="is-muted is-small">{words("js.card.impact_most", { count: most })}</p>}
    </section>
  );
}
