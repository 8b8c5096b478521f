// The customers of the portfolio by band, and which share of them turned bad: asked for while a factor is looked at.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { Checker } from "../designer/checker";
import type { Draft } from "../designer/draft";
import type { Told } from "../designer/server";
import { text as words } from "../lib/texts";
import { countsHold, type Counted } from "./bands";
import type { Body } from "./body";
import { useDraft } from "./card";
import { Refusal } from "./effect";
import { TIMERS } from "./try";

interface Count {
  readonly customers: number;
  /** Those whose outcome is known, the bad ones among them, and their share in per cent. */
  readonly known: number;
  readonly bad: number;
  readonly rate: string | null;
}

interface Spread extends Count {
  readonly failed: number;
  readonly as_of: string;
  /** With fewer bad customers than these, rates say little. */
  readonly few: number;
  readonly definition: { readonly days: number; readonly months: number; readonly ended: readonly string[] };
  readonly factors: Readonly<Record<string, { readonly bands: readonly Count[]; readonly missing: Count }>>;
}

interface Counts {
  readonly spread: Spread;
  readonly body: Body;
}

const counts = signal<Counts | null>(null);
/** The last answer, and what it was about. */
const last = signal<{ readonly told: Told<Spread>; readonly body: Body } | null>(null);
let asking: { readonly draft: Draft<Body>; readonly checker: Checker<Body, Told<Spread>> } | null = null;
let asked: Body | null = null;

/** One question for all factors: whoever looks at the next one has its counts at once. */
function ask(draft: Draft<Body>, body: Body): void {
  if (asking?.draft !== draft) {
    const checker = new Checker<Body, Told<Spread>>({
      timers: TIMERS,
      ask: (now, stop) => draft.ask<Spread>("bands", { body: now }, stop),
      answered: (told, about) => {
        last.value = { told, body: about };
        if (told.kind === "told") counts.value = { spread: told.value, body: about };
      },
      delay: 600,
    });
    asking = { draft, checker };
  } else if (asked === body) return;
  asked = body;
  asking.checker.changed(body);
}

const WAITING: readonly [string, string] = ["\u2026", "\u2026"];
const NONE: readonly [string, string] = ["\u2014", "\u2014"];

/** What the columns of one factor tell; `missing` are the customers without a value, `known` those with one. */
export interface Columns {
  readonly band: Counted;
  readonly missing: readonly [string, string];
  readonly known: readonly [string, string];
}

export function useSpread(key: string): Columns {
  const draft = useDraft();
  const body = draft.body.value;
  useEffect(() => ask(draft, body), [body]);
  const plain = (cells: readonly [string, string]): Columns => ({ band: () => cells, missing: cells, known: cells });
  const now = counts.value;
  if (now === null || (now.body !== body && !countsHold(now.body, body, key))) return plain(last.value?.body === body ? NONE : WAITING);
  const found = now.spread.factors[key];
  if (!found) return plain(NONE);
  return { band: (band) => cells(found.bands[band]), missing: cells(found.missing), known: cells(found.bands[0]) };
}

function cells(count: Count | undefined): readonly [string, string] {
  return count ? [String(count.customers), count.rate === null ? "\u2014" : `${count.rate}%`] : NONE;
}

/** Below the bands: of whom the counts are, and what a bad customer is. */
export function SpreadNote(): JSX.Element {
  const told = last.value?.told ?? null;
  if (told?.kind === "unfinished") return <p class="is-muted is-small mb-0">{words("js.card.sample_unfit")}</p>;
  if (told?.kind !== "told") return <Refusal told={told} />;
  const found = told.value;
  if (found.customers === 0) return <p class="is-muted is-small mb-0">{words("js.card.sample_none")}</p>;
  const { days, months, ended } = found.definition;
  return (
    <div class="design-sample is-small is-muted">
      <span>{words("js.card.sample", { customers: found.customers })}</span>
      <span>{found.rate === null ? words("js.card.sample_unknown") : words("js.card.sample_known", { known: found.known, bad: found.bad, rate: found.rate })}</span>
      {found.failed > 0 && <span>{words("js.card.sample_failed", { count: found.failed })}</span>}
      {found.known > 0 && found.bad < found.few && <span>{words("js.card.sample_few", { count: found.few })}</span>}
      <details>
        <summary>{words("js.card.sample_how")}</summary>
        <p class="mb-0">{words("js.card.sample_definition", { as_of: found.as_of, days, months, ended: ended.join(words("js.card.between")) })}</p>
      </details>
    </div>
  );
}
