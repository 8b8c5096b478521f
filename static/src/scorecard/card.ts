// What the parts of the scorecard's designer share: what is chosen, the variant looked at, facts known elsewhere.

import { signal } from "@preact/signals";
import { useBench } from "../designer/context";
import type { Draft } from "../designer/draft";
import type { ScopeName } from "../designer/formula";
import type { KnownFact } from "../designer/facts_model";
import type { Labels } from "../designer/labels";
import { asObject, defaultVariant, type Body } from "./body";
import type { Chosen } from "./places";

export interface Outcome {
  readonly total: string | null;
  readonly grade: string | null;
  readonly model_grade: string | null;
  readonly coverage_percent: string | null;
  readonly hits: readonly string[];
}

/** What the server says of a body: studio_design_words.scorecard_words. */
export interface Words {
  readonly sound: Readonly<Record<string, boolean>>;
  readonly formulas: Readonly<Record<string, string>> | null;
  readonly outcomes: readonly (Outcome | null)[] | null;
}

export const chosen = signal<Chosen>({ kind: "weights" });
export const variant = signal<string | null>(null);
export const known = signal<readonly KnownFact[]>([]);

export function useDraft(): Draft<Body> {
  return useBench<Body>().draft;
}

export function useWords(): Words {
  return (useDraft().words.value ?? { sound: {}, formulas: null, outcomes: null }) as Words;
}

/** The variant whose weights are shown: the one looked at, while it exists. */
export function variantOf(body: Body): string | null {
  return body.variants?.some((each) => each.key === variant.value) ? variant.value : defaultVariant(body);
}

/** Names a formula may use; `more` adds those only rules may. */
export function scopeOf(body: Body, more: boolean): readonly ScopeName[] {
  const name = (key: string, origin: string, type = "any", label: Labels = {}, unit: string | null = null): ScopeName => ({ name: key, type, unit, label, origin });
  const found = [
    ...body.facts.map(asObject).map((each) => ({ ...name(each.key, "fact", each.type, each.label, each.unit ?? null), choices: valuesOf(body, each.key) })),
    ...(body.formulas ?? []).map((each) => name(each.key, "formula", each.type, each.label, each.unit ?? null)),
    ...(body.tables ?? []).map((each) => name(each.key, "table", "any", each.label)),
  ];
  if (!more) return found;
  const present = new Set(found.map((each) => each.name));
  const factors = body.factors.filter((each) => !present.has(each.key));
  return [
    ...found,
    ...factors.map((each) => name(each.key, "factor", each.bands.kind === "set" ? "string" : "number", each.label)),
    name("coverage_percent", "scorecard", "number"),
  ];
}

/** Texts a fact may have, as far as the bands of a factor that takes it as it stands name them. */
function valuesOf(body: Body, key: string): Readonly<Record<string, Labels>> {
  const sets = body.factors.flatMap((each) => (each.value.trim() === key && each.bands.kind === "set" ? each.bands.values : []));
  return Object.fromEntries(sets.filter((each) => each.value !== "").map((each) => [each.value, {}]));
}
