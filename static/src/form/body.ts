// The body of a form as its designer holds it, and what can be done to its tree: add, move, copy, remove, give ids.

import { say, type Labels } from "../designer/labels";
import { moved } from "../designer/paths";

export interface Option {
  readonly code: string;
  readonly label: Labels;
  readonly retired?: boolean;
  readonly aliases?: readonly string[];
  readonly parents?: readonly string[];
}

/** A field as it is written; each type adds members of its own, which the property panel draws from its schema. */
export interface Field {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly label: Labels;
  readonly help?: Labels;
  readonly placeholder?: Labels;
  readonly required?: boolean;
  readonly compute?: string;
  readonly mode?: string;
  readonly fields?: readonly Field[];
  readonly options?: readonly (Option | string)[];
  readonly [member: string]: unknown;
}

export interface Section {
  readonly key: string;
  readonly title?: Labels;
  readonly help?: Labels;
  readonly columns?: number;
  readonly collapsed?: boolean;
  readonly fields: readonly Field[];
}

export interface Rule {
  readonly id: string;
  readonly effect: string;
  readonly target: string;
  readonly when: string;
  readonly options?: readonly string[];
}

export interface Check {
  readonly id: string;
  readonly formula: string;
  readonly message: Labels;
  readonly severity?: string;
  readonly on_null?: string;
  readonly field?: string;
}

export interface Removed {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly last_version: number;
  readonly label?: Labels;
}

export interface Body {
  readonly sections: readonly Section[];
  readonly rules?: readonly Rule[];
  readonly checks?: readonly Check[];
  readonly arrangement?: string;
  readonly summary?: readonly string[];
  readonly removed?: readonly Removed[];
  readonly book?: Readonly<Record<string, unknown>>;
  readonly access?: readonly Readonly<Record<string, unknown>>[];
}

/** Where a field stands: section and field, and the column inside a sub-form. */
export type At = readonly [number, number] | readonly [number, number, number];

/** A list fields stand in: a section's, or the columns of a sub-form. */
export type Home = readonly [number] | readonly [number, number];

export function placeOf(at: At): string {
  const [section, field, column] = at;
  return `/body/sections/${section}/fields/${field}${column === undefined ? "" : `/fields/${column}`}`;
}

export function homeOf(at: At): Home {
  return at.length === 3 ? [at[0], at[1]] : [at[0]];
}

export function inHome(home: Home, index: number): At {
  return home.length === 2 ? [home[0], home[1], index] : [home[0], index];
}

export function listAt(body: Body, home: Home): readonly Field[] {
  const fields = body.sections[home[0]]?.fields ?? [];
  return home.length === 2 ? (fields[home[1]]?.fields ?? []) : fields;
}

export function fieldAt(body: Body, at: At): Field | undefined {
  return listAt(body, homeOf(at))[at[at.length - 1] ?? -1];
}

export function withList(body: Body, home: Home, make: (fields: readonly Field[]) => readonly Field[]): Body {
  const sections = body.sections.map((section, index) => {
    if (index !== home[0]) return section;
    if (home.length === 1) return { ...section, fields: make(section.fields) };
    const fields = section.fields.map((field, at) => (at === home[1] ? { ...field, fields: make(field.fields ?? []) } : field));
    return { ...section, fields };
  });
  return { ...body, sections };
}

export function withField(body: Body, at: At, make: (field: Field) => Field): Body {
  const index = at[at.length - 1] ?? -1;
  return withList(body, homeOf(at), (fields) => fields.map((field, place) => (place === index ? make(field) : field)));
}

/** Every field with its place, columns behind their sub-form. */
export function placed(body: Body): readonly { readonly at: At; readonly field: Field }[] {
  return body.sections.flatMap((section, outer) =>
    section.fields.flatMap((field, index) => [
      { at: [outer, index] as At, field },
      ...(field.fields ?? []).map((column, inner) => ({ at: [outer, index, inner] as At, field: column })),
    ]),
  );
}

export function placeById(body: Body, id: string): At | null {
  return placed(body).find((each) => each.field.id === id)?.at ?? null;
}

/** A field's name in formulas and rules: `guarantees.amount` for a column. */
export function nameAt(body: Body, at: At): string {
  const own = fieldAt(body, at)?.key ?? "";
  return at.length === 3 ? `${body.sections[at[0]]?.fields[at[1]]?.key ?? ""}.${own}` : own;
}

/** Ids that may never be given again: those of fields here and gone, and all that older versions had. */
export function takenIds(body: Body, ever: ReadonlySet<string>): Set<string> {
  return new Set([...ever, ...placed(body).map((each) => each.field.id), ...(body.removed ?? []).map((each) => each.id)]);
}

/** The next free number behind a prefix, above all that were ever used: `f_07`. */
export function nextId(taken: ReadonlySet<string>, prefix = "f_"): string {
  const used = [...taken].filter((id) => id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length)));
  const next = Math.max(0, ...used.map((id) => Number(id.slice(prefix.length)))) + 1;
  return `${prefix}${String(next).padStart(2, "0")}`;
}

/** Keys formulas would confuse with a new one in this list: the form's own and, inside a sub-form, its columns. */
export function takenKeys(body: Body, home: Home, but?: string): Set<string> {
  const own = listAt(body, home);
  const all = home.length === 2 ? own : body.sections.flatMap((section) => section.fields);
  return new Set(all.filter((each) => each.id !== but).map((each) => each.key));
}

/** A key of ASCII words for something so called in English, a number behind it where it is taken. */
export function keyOf(words: string, taken: ReadonlySet<string>, fallback: string): string {
  const found = words.normalize("NFKD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  let key = found.join("_").slice(0, 40).replace(/_+$/, "");
  if (!/^[a-z]/.test(key)) key = key === "" ? fallback : `${fallback}_${key}`;
  if (!taken.has(key)) return key;
  let count = 2;
  while (taken.has(`${key}_${count}`)) count += 1;
  return `${key}_${count}`;
}

/** May this field stand in that list? Types of the form alone never stand in rows, and rows hold no rows. */
export function fits(field: Field, home: Home, outer: ReadonlySet<string>): boolean {
  return home.length === 1 || !outer.has(field.type);
}

export interface Placed {
  readonly body: Body;
  readonly at: At;
}

export function inserted(body: Body, home: Home, index: number, field: Field): Placed {
  const count = listAt(body, home).length;
  const to = Math.max(0, Math.min(count, index));
  return { body: withList(body, home, (fields) => [...fields.slice(0, to), field, ...fields.slice(to)]), at: inHome(home, to) };
}

/** The body with a field taken from one list and put into another; unchanged where it does not fit there. */
export function relocated(body: Body, from: At, home: Home, index: number, outer: ReadonlySet<string>): Placed {
  const field = fieldAt(body, from);
  const source = homeOf(from);
  const at = from[from.length - 1] ?? 0;
  if (!field || !fits(field, home, outer)) return { body, at: from };
  if (source.join() === home.join()) {
    const to = Math.max(0, Math.min(listAt(body, home).length - 1, index));
    return { body: withList(body, home, (fields) => moved(fields, at, to)), at: inHome(home, to) };
  }
  const less = withList(body, source, (fields) => fields.filter((_, place) => place !== at));
  // A sub-form behind the field in its old list has moved up by one.
  const up = home.length === 2 && source.length === 1 && source[0] === home[0] && at < home[1];
  const goal: Home = up ? [home[0], home[1] - 1] : home;
  const { unique: once, ...rest } = field;
  const key = unique(field.key, takenKeys(less, goal));
  const next = { ...rest, key, ...(once === undefined || goal.length === 2 ? {} : { unique: once }) } as Field;
  const made = inserted(less, goal, index, next);
  const [before, after] = [nameAt(body, from), nameAt(made.body, made.at)];
  return before === after ? made : { body: retargeted(made.body, before, after), at: made.at };
}

/** Rules aimed at a field follow it under its new name. */
function retargeted(body: Body, before: string, after: string): Body {
  return body.rules ? { ...body, rules: body.rules.map((rule) => (rule.target === before ? { ...rule, target: after } : rule)) } : body;
}

function unique(key: string, taken: ReadonlySet<string>): string {
  return taken.has(key) ? keyOf(key, taken, "field") : key;
}

/** One place up or down: inside its list, and over the end of it into the section before or behind. */
export function stepped(body: Body, at: At, step: 1 | -1): Placed {
  const home = homeOf(at);
  const index = (at[at.length - 1] ?? 0) + step;
  if (index >= 0 && index < listAt(body, home).length) return relocated(body, at, home, index, new Set());
  const next = at[0] + step;
  if (home.length === 2 || !body.sections[next]) return { body, at };
  return relocated(body, at, [next], step > 0 ? 0 : body.sections[next].fields.length, new Set());
}

/** A copy behind the original, with ids and a key of its own; columns get new ids too. */
export function duplicated(body: Body, at: At, ever: ReadonlySet<string>): Placed {
  const field = fieldAt(body, at);
  if (!field) return { body, at };
  const taken = takenIds(body, ever);
  const fresh = (): string => {
    const id = nextId(taken);
    taken.add(id);
    return id;
  };
  const { unique: _, ...rest } = field;
  const key = unique(field.key.replace(/_\d+$/, ""), takenKeys(body, homeOf(at)));
  const columns = field.fields?.map((column) => ({ ...column, id: fresh() }));
  const copy = { ...rest, id: fresh(), key, ...(columns ? { fields: columns } : {}) } as Field;
  return inserted(body, homeOf(at), (at[at.length - 1] ?? 0) + 1, copy);
}

/** What published versions had, by id: the last of them and how the field was called there. */
export type Published = Readonly<Record<string, { readonly key: string; readonly type: string; readonly version: number; readonly label: Labels }>>;

/** Without the field. What a published version asked stays known, so that its id is never given to another. */
export function withoutField(body: Body, at: At, published: Published): Body {
  const field = fieldAt(body, at);
  if (!field) return body;
  const index = at[at.length - 1] ?? 0;
  const less = withList(body, homeOf(at), (fields) => fields.filter((_, place) => place !== index));
  return forgotten(less, [field, ...(field.fields ?? [])], published);
}

function forgotten(body: Body, fields: readonly Field[], published: Published): Body {
  const gone = fields.flatMap((field): Removed[] => {
    const known = published[field.id];
    return known ? [{ id: field.id, key: known.key, type: known.type, last_version: known.version, label: known.label }] : [];
  });
  const keys = new Set(fields.map((field) => field.key));
  const left = body.summary?.filter((key) => !keys.has(key) || placed(body).some((each) => each.at.length === 2 && each.field.key === key));
  return {
    ...body,
    ...(left ? { summary: left } : {}),
    ...(gone.length > 0 ? { removed: [...(body.removed ?? []), ...gone] } : {}),
  };
}

export function withSection(body: Body, index: number, make: (section: Section) => Section): Body {
  return { ...body, sections: body.sections.map((section, at) => (at === index ? make(section) : section)) };
}

export function addedSection(body: Body, index: number, title: Labels): Body {
  const key = keyOf(title.en ?? "", new Set(body.sections.map((each) => each.key)), "section");
  const made: Section = { key, title, columns: 2, fields: [] };
  return { ...body, sections: [...body.sections.slice(0, index), made, ...body.sections.slice(index)] };
}

export function withoutSection(body: Body, index: number, published: Published): Body {
  const gone = body.sections[index];
  if (!gone) return body;
  const less = { ...body, sections: body.sections.filter((_, at) => at !== index) };
  return forgotten(less, gone.fields.flatMap((field) => [field, ...(field.fields ?? [])]), published);
}

export function optionsOf(field: Field | undefined): readonly Option[] {
  return (field?.options ?? []).map((each) => (typeof each === "string" ? { code: each, label: { "zh-CN": each } } : each));
}

export function nameOfField(field: Field | undefined, language: string): string {
  return say(field?.label, language) || field?.key || "";
}
