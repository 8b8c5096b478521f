// The body of a scorecard as docs/definitions/scorecard.md writes it, and the changes a designer makes to it.

import { sum, product, difference, compare, shifted, trimmed } from "../designer/decimals";
import { asObject, taken, type Fact, type FactObject } from "../designer/facts_model";
import { keyFor, type Labels } from "../designer/labels";
import { moved } from "../designer/paths";
import { gathered, reading, spread, type Table } from "../table/model";

export { asObject, taken, type Fact, type FactObject } from "../designer/facts_model";

export interface Formula {
  readonly key: string;
  readonly text: string;
  readonly dialect?: "feel" | "excel";
  readonly type?: string;
  readonly unit?: string | null;
  readonly label?: Labels;
}

/** A decision table under the name formulas call it by. */
export interface NamedTable {
  readonly key: string;
  readonly label?: Labels;
  readonly table: Table;
}

export interface Dimension {
  readonly key: string;
  readonly label: Labels;
  readonly weight: string;
}

export interface Variant {
  readonly key: string;
  readonly label?: Labels;
  readonly weights: Readonly<Record<string, string>>;
}

export interface Cut {
  readonly edge: string;
  readonly points: string;
  readonly note?: Labels;
}

export interface Steps {
  readonly kind: "steps";
  readonly match: "gte" | "lte";
  readonly cuts: readonly Cut[];
  readonly otherwise?: string | null;
  readonly otherwise_note?: Labels;
}

export interface ValuePoints {
  readonly value: string;
  readonly points: string;
  readonly note?: Labels;
}

export type Bands =
  | Steps
  | { readonly kind: "identity" }
  | { readonly kind: "linear"; readonly from: ValuePoints; readonly to: ValuePoints }
  | { readonly kind: "set"; readonly values: readonly ValuePoints[]; readonly otherwise?: string | null; readonly otherwise_note?: Labels };

export interface Factor {
  readonly key: string;
  readonly dimension: string;
  readonly label: Labels;
  readonly weight: string;
  readonly value: string;
  readonly dialect?: "feel" | "excel";
  readonly bands: Bands;
  readonly missing?: "absent" | { readonly points: string };
  readonly missing_note?: Labels;
  readonly note?: Labels;
  readonly unit?: string | null;
  readonly direction?: "higher" | "lower" | null;
  readonly source?: string | null;
  readonly movable?: boolean;
}

export interface Rule {
  readonly id: string;
  readonly effect: "knock_out" | "ceiling" | "manual";
  readonly grade?: string | null;
  readonly when: string;
  readonly dialect?: "feel" | "excel";
  readonly on_unknown?: "manual" | "name";
  readonly label: Labels;
}

export interface Grade {
  readonly key: string;
  readonly min: string | null;
  readonly label?: Labels;
}

export interface Rounding {
  readonly places: number;
  readonly mode: string;
}

export interface Example {
  readonly name: string;
  readonly variant?: string;
  readonly now?: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface Body {
  readonly facts: readonly Fact[];
  readonly formulas?: readonly Formula[];
  readonly tables?: readonly NamedTable[];
  readonly dimensions: readonly Dimension[];
  readonly variants?: readonly Variant[];
  readonly default_variant?: string;
  readonly factors: readonly Factor[];
  readonly knockouts?: readonly Rule[];
  readonly grades: readonly Grade[];
  readonly rounding: Readonly<Record<string, Rounding | null>>;
  readonly alert_below?: string | null;
  readonly examples?: readonly Example[];
}

/** Every name that is taken: facts, formulas, tables and factors share one room of names. */
export function takenKeys(body: Body): ReadonlySet<string> {
  const lists = [body.facts.map((each) => asObject(each).key), ...[body.formulas, body.tables, body.factors].map((list) => (list ?? []).map((each) => each.key))];
  return new Set([...lists.flat(), "coverage_percent"]);
}

/** Names that are taken beside the one a factor has for itself alone. */
export function takenBeside(body: Body, index: number): ReadonlySet<string> {
  const rest = { ...body, factors: body.factors.filter((_, at) => at !== index) };
  return takenKeys(rest);
}

// weights ------------------------------------------------------------------------------------------------------

/** The weight of a dimension in a variant; null stands for a scorecard without variants. */
export function weightOf(body: Body, dimension: Dimension, variant: string | null): string {
  const found = body.variants?.find((each) => each.key === variant);
  return found ? (found.weights[dimension.key] ?? "") : dimension.weight;
}

export function defaultVariant(body: Body): string | null {
  return body.variants && body.variants.length > 0 ? (body.default_variant ?? body.variants[0]?.key ?? null) : null;
}

export function totalWeight(body: Body, variant: string | null): string {
  return sum(body.dimensions.map((each) => weightOf(body, each, variant)));
}

export function factorsOf(body: Body, dimension: string): readonly { readonly factor: Factor; readonly index: number }[] {
  return body.factors.map((factor, index) => ({ factor, index })).filter(({ factor }) => factor.dimension === dimension);
}

/** The weights of the factors of a dimension added up. */
export function innerWeight(body: Body, dimension: string): string {
  return sum(factorsOf(body, dimension).map(({ factor }) => factor.weight));
}

/** A factor's share of the whole score, in per cent. */
export function shareOf(body: Body, factor: Factor, variant: string | null): string {
  const dimension = body.dimensions.find((each) => each.key === factor.dimension);
  return dimension ? trimmed(shifted(product(factor.weight, weightOf(body, dimension, variant)), -2)) : "0";
}

/** What is missing to a hundred, negative where it is too much; null where nothing is. */
export function missingWeight(total: string): string | null {
  return compare(total, "100") === 0 ? null : difference("100", total);
}

/** The body with the weight of a dimension in one variant; the default variant's is also that of the dimension. */
export function withWeight(body: Body, index: number, variant: string | null, weight: string): Body {
  const dimension = body.dimensions[index];
  if (!dimension) return body;
  const own = variant === null || variant === defaultVariant(body);
  const dimensions = own ? body.dimensions.map((each, at) => (at === index ? { ...each, weight } : each)) : body.dimensions;
  if (variant === null || !body.variants) return { ...body, dimensions };
  const variants = body.variants.map((each) => (each.key === variant ? { ...each, weights: { ...each.weights, [dimension.key]: weight } } : each));
  return { ...body, dimensions, variants };
}

// dimensions ---------------------------------------------------------------------------------------------------

function labelled(words: string, language: string): Labels {
  return language === "en" ? { "zh-CN": words, en: words } : { "zh-CN": words };
}

/** A dimension more; its weight is what is missing to a hundred, where something is. */
export function addDimension(body: Body, words: string, language: string, at = body.dimensions.length): Body {
  const key = keyFor(words, new Set(body.dimensions.map((each) => each.key)), "dimension");
  const rest = (total: string): string => (compare(total, "100") < 0 ? difference("100", total) : "0");
  const made = { key, label: labelled(words, language), weight: rest(totalWeight(body, null)) };
  const dimensions = [...body.dimensions.slice(0, at), made, ...body.dimensions.slice(at)];
  if (!body.variants) return { ...body, dimensions };
  const variants = body.variants.map((each) => ({ ...each, weights: { ...each.weights, [key]: rest(totalWeight(body, each.key)) } }));
  return { ...body, dimensions, variants };
}

/** Without a dimension, its factors and its weights. */
export function removeDimension(body: Body, index: number): Body {
  const key = body.dimensions[index]?.key;
  if (key === undefined) return body;
  const dimensions = body.dimensions.filter((_, at) => at !== index);
  const gone = new Set(dimensions.map((each) => each.key));
  const factors = body.factors.filter((each) => each.dimension !== key || gone.has(key));
  if (!body.variants) return { ...body, dimensions, factors };
  const variants = body.variants.map((each) => {
    const { [key]: _, ...weights } = each.weights;
    return { ...each, weights };
  });
  return { ...body, dimensions, factors, variants };
}

export function moveDimension(body: Body, index: number, step: number): { readonly body: Body; readonly index: number } {
  const to = Math.max(0, Math.min(body.dimensions.length - 1, index + step));
  return { body: { ...body, dimensions: moved(body.dimensions, index, to) }, index: to };
}

// factors ------------------------------------------------------------------------------------------------------

const EMPTY_STEPS: Steps = { kind: "steps", match: "gte", cuts: [], otherwise: "0" };

/** The fact of this name or label, in any language, among those at hand. */
export function factNamed<F extends { readonly key: string; readonly label?: Labels }>(facts: readonly F[], words: string): F | undefined {
  const wanted = words.trim().toLowerCase();
  return facts.find((each) => [each.key, each.label?.["zh-CN"], each.label?.en].some((name) => name?.trim().toLowerCase() === wanted));
}

/**
 * A factor more at the end of a dimension. Where a fact is called like it, the factor reads that fact: one of the
 * scorecard's own, else one of `known`, which is then taken over.
 */
export function addFactor(body: Body, dimension: string, words: string, language: string, known: readonly FactObject[] = []): { readonly body: Body; readonly index: number } {
  const own = factNamed(body.facts.map(asObject), words);
  const found = own ?? factNamed(known, words);
  const used = found !== undefined && body.factors.some((each) => each.key === found.key);
  const key = found && !used ? found.key : keyFor(words, takenKeys(body), "factor");
  const set = found?.type === "string";
  const factor: Factor = {
    key,
    dimension,
    label: found?.label?.["zh-CN"] ? found.label : labelled(words, language),
    weight: compare(innerWeight(body, dimension), "100") < 0 ? difference("100", innerWeight(body, dimension)) : "0",
    value: found?.key ?? "",
    bands: set ? { kind: "set", values: [], otherwise: "0" } : EMPTY_STEPS,
    missing: "absent",
    unit: null,
    direction: set ? null : "higher",
  };
  const last = factorsOf(body, dimension).at(-1)?.index ?? body.factors.length - 1;
  const factors = [...body.factors.slice(0, last + 1), factor, ...body.factors.slice(last + 1)];
  const facts = found && !own ? [...body.facts, taken(found)] : body.facts;
  return { body: { ...body, facts, factors }, index: last + 1 };
}

export function removeFactor(body: Body, index: number): Body {
  return { ...body, factors: body.factors.filter((_, at) => at !== index) };
}

/** Another key for a factor; points that examples expect of it follow. */
export function renameFactor(body: Body, index: number, key: string): Body {
  const before = body.factors[index]?.key;
  if (before === undefined || before === key) return body;
  const factors = body.factors.map((each, at) => (at === index ? { ...each, key } : each));
  const examples = body.examples?.map((each) => {
    const points = each.expect["points"];
    if (typeof points !== "object" || points === null) return each;
    const renamed = Object.fromEntries(Object.entries(points).map(([name, value]) => [name === before ? key : name, value as unknown]));
    return { ...each, expect: { ...each.expect, points: renamed } };
  });
  return { ...body, factors, ...(examples ? { examples } : {}) };
}

/**
 * The body in which a factor reads `value`: a name as it stands, or a formula. A factor may be called like what it reads
 * and like no other fact, formula or table: where it would be, it takes the name of what it reads now, or one of its own.
 */
export function withReading(body: Body, index: number, value: string): Body {
  const factor = body.factors[index];
  if (!factor) return body;
  const { dialect: _, ...rest } = factor;
  const made = { ...body, factors: body.factors.map((each, at) => (at === index ? { ...rest, value } : each)) };
  const names = new Set([...body.facts.map((each) => asObject(each).key), ...[...(body.formulas ?? []), ...(body.tables ?? [])].map((each) => each.key)]);
  if (!names.has(factor.key) || factor.key === value.trim()) return made;
  const free = names.has(value) && !body.factors.some((each) => each.key === value);
  return renameFactor(made, index, free ? value : keyFor(factor.label["zh-CN"] ?? "", takenKeys(body), "factor"));
}

/** One place up or down among those of its dimension; over the end into the next dimension. */
export function moveFactor(body: Body, index: number, step: -1 | 1): { readonly body: Body; readonly index: number } {
  const factor = body.factors[index];
  if (!factor) return { body, index };
  const siblings = factorsOf(body, factor.dimension);
  const next = siblings[siblings.findIndex((each) => each.index === index) + step];
  if (next) return { body: { ...body, factors: moved(body.factors, index, next.index) }, index: next.index };
  const at = body.dimensions.findIndex((each) => each.key === factor.dimension);
  const dimension = body.dimensions[at + step];
  if (!dimension) return { body, index };
  const there = factorsOf(body, dimension.key);
  const rest = body.factors.filter((_, place) => place !== index);
  const anchor = step > 0 ? there[0]?.factor : there.at(-1)?.factor;
  const beside = anchor ? rest.indexOf(anchor) + (step > 0 ? 0 : 1) : rest.length;
  return { body: { ...body, factors: [...rest.slice(0, beside), { ...factor, dimension: dimension.key }, ...rest.slice(beside)] }, index: beside };
}

/** Another name for a fact: factors that read it as it stands and examples follow; formulas name it in their own text. */
export function renameFact(body: Body, index: number, key: string): Body {
  const old = body.facts[index];
  if (old === undefined) return body;
  const before = asObject(old).key;
  const facts = body.facts.map((each, at) => (at !== index ? each : typeof each === "string" ? key : { ...each, key }));
  const single = body.facts.filter((each) => asObject(each).key === before).length === 1;
  if (!single || before === "") return { ...body, facts };
  const factors = body.factors.map((each) => {
    if (each.value.trim() !== before || (each.dialect ?? "feel") !== "feel") return each;
    return { ...each, value: key, ...(each.key === before ? { key } : {}) };
  });
  const examples = body.examples?.map((each) => ({
    ...each,
    facts: Object.fromEntries(Object.entries(each.facts).map(([name, value]) => [name === before ? key : name, value])),
  }));
  const tables = body.tables?.map((each) => ({ ...each, table: reading(each.table, before, key) }));
  return { ...body, facts, factors, ...(examples ? { examples } : {}), ...(tables ? { tables } : {}) };
}

// tables -------------------------------------------------------------------------------------------------------

function withTables(body: Body, change: (table: Table) => unknown): Body {
  return body.tables ? { ...body, tables: body.tables.map((each) => ({ ...each, table: change(each.table) as Table })) } : body;
}

/** The body with the rows of its tables as two tabs join them, and back. */
export function spreadTables(body: Body): Body {
  return withTables(body, spread);
}

export function gatheredTables(body: Body): Body {
  return withTables(body, gathered);
}
