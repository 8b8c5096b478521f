// What names and formulas came to for the customer the draft is tried on, as the server's trace tells it.

import { signal } from "@preact/signals";
import type { Here } from "./answer";

/** A value in words; of a null why it is one. */
export interface Value {
  readonly value: string | null;
  readonly why?: readonly string[];
}

export interface Tried extends Value {
  /** The text that was tried: what stands in the editor may have gone on since. */
  readonly text: string;
  /** Parts of it, the outer ones first; spans in UTF-16 units. */
  readonly parts: readonly (Value & { readonly span: readonly [number, number] })[];
}

export interface Values {
  readonly names: Readonly<Record<string, Value>>;
  /** By place: `/body/factors/0/value`. */
  readonly formulas: Readonly<Record<string, Tried>>;
}

export interface Trial extends Values {
  /** The customer. */
  readonly who: string;
}

/** Null until somebody chooses a customer. */
export const trial = signal<Trial | null>(null);

/** Where a draft can no longer be tried, facts are still what they were; what is worked out from them may not be. */
export function onlyFacts(last: Trial, facts: ReadonlySet<string>): Trial {
  return { who: last.who, names: Object.fromEntries(Object.entries(last.names).filter(([name]) => facts.has(name))), formulas: {} };
}

/** The value of the formula at a place, while its text is the one that was tried. */
export function wholeOf(now: Trial | null, place: string, text: string): Value | null {
  const found = now?.formulas[place];
  return found && found.text === text ? found : null;
}

/** A value and where it stands; `whole`: it is that of all of the text. */
export interface Placed extends Value {
  readonly span: readonly [number, number];
  readonly whole: boolean;
}

/** The value of what stands at a place of a text: of a name, else of the smallest part around it, else of the whole. */
export function valueAt(now: Trial | null, place: string, text: string, here: Here | null, at: number): Placed | null {
  if (!now) return null;
  const named = here?.kind === "name" ? now.names[here.name] : undefined;
  if (here && named) return { ...named, span: here.span, whole: false };
  const found = now.formulas[place];
  if (!found || found.text !== text) return null;
  const size = (each: { readonly span: readonly [number, number] }): number => each.span[1] - each.span[0];
  const around = found.parts.filter((each) => each.span[0] <= at && at <= each.span[1]);
  const smallest = around.reduce<(typeof around)[number] | null>((best, each) => (best && size(best) <= size(each) ? best : each), null);
  return smallest ? { ...smallest, whole: false } : { value: found.value, ...(found.why ? { why: found.why } : {}), span: [0, text.length], whole: true };
}
