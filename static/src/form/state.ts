// What the parts of the form's designer share: what is chosen, which part is open, what the page handed over.

import { signal } from "@preact/signals";
import { useBench } from "../designer/context";
import type { Draft } from "../designer/draft";
import type { Option } from "../designer/fields";
import type { ScopeName } from "../designer/formula";
import { say, type Labels } from "../designer/labels";
import { text as words } from "../lib/texts";
import { optionsOf, placed, type At, type Body, type Field, type Published } from "./body";
import type { Schema } from "./schema";

/** A field type as the server describes it: its words, and the schema of what its setup may hold. */
export interface FieldType {
  readonly type: string;
  readonly label: Labels;
  readonly group: string;
  /** How formulas see its values. */
  readonly feel: string;
  /** Stands in the form itself only, never in rows. */
  readonly outer: boolean;
  /** How its Chinese words sound, for whoever looks it up by letters: `je jine`. */
  readonly sounds: string;
  readonly valued: boolean;
  readonly members: Readonly<Record<string, Schema>>;
  readonly needs: readonly string[];
  /** Its members as it declares them; an object of JSON keeps no order. */
  readonly order: readonly string[];
}

/** What a lookup may pick from, with the values of it that can be copied. */
export interface Source {
  readonly of: string | { readonly form: string };
  readonly words: string;
  readonly members: readonly Option[];
}

/** The page's member `form`: studio_form_words.form_page. */
export interface FormPage {
  readonly types: readonly FieldType[];
  readonly reserved: readonly string[];
  readonly ever: readonly string[];
  readonly published: Published;
  readonly version: number | null;
  /** Whether it is the form of customers, which says who reaches them in place of keeping a book. */
  readonly customers: boolean;
  readonly roles: readonly Option[];
  readonly sources: readonly Source[];
  readonly views: readonly Option[];
  /** The time zone of this place: `Asia/Shanghai`. */
  readonly zone: string;
  /** Address of the library that drags. */
  readonly sorting: string;
  /** What new things are called, with a `{number}`. */
  readonly names: Readonly<Record<"option" | "section", Labels>>;
}

export type View = "canvas" | "rules" | "checks" | "book" | "labels" | "preview" | "impact" | "settings";

export type Chosen = { readonly kind: "section"; readonly index: number } | { readonly kind: "field"; readonly at: At };

export const page = signal<FormPage>({ types: [], reserved: [], ever: [], published: {}, version: null, customers: false, roles: [], sources: [], views: [], zone: "", sorting: "", names: { option: {}, section: {} } });
export const view = signal<View>("canvas");
export const chosen = signal<Chosen>({ kind: "section", index: 0 });

/** What is chosen as one text: `s2` for a section, `1,4,0` for a column. */
export function keyOfChosen(what: Chosen): string {
  return what.kind === "section" ? `s${what.index}` : what.at.join();
}

/** Leads into the properties of what is chosen, its first words ready to be written over. */
export function openProperties(): void {
  window.requestAnimationFrame(() => {
    const first = document.querySelector<HTMLElement>(".form-properties :is(input, select, textarea)");
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
  });
}

/** Back to what is chosen on the canvas. */
export function openCanvas(): void {
  document.querySelector<HTMLElement>(".form-canvas [data-stop][tabindex='0']")?.focus();
}

/** Ids given in this window, also those undone again: none of them is given twice. */
const given = new Set<string>();

export function everGiven(): Set<string> {
  return new Set([...page.peek().ever, ...given]);
}

/** Remembers the ids a body has, before it goes on being changed. */
export function remember(body: Body): void {
  for (const { field } of placed(body)) given.add(field.id);
}

export function typeOf(name: string): FieldType | undefined {
  return page.value.types.find((each) => each.type === name);
}

export function outerTypes(): ReadonlySet<string> {
  return new Set(page.value.types.filter((each) => each.outer).map((each) => each.type));
}

export function useDraft(): Draft<Body> {
  return useBench<Body>().draft;
}

/** The words of a key that a new type may not have brought yet, else what is written. */
export function worded(key: string, fallback: string): string {
  const found = words(key);
  return found === key ? fallback : found;
}

const TYPES: Readonly<Record<string, string>> = { list: "list", context: "context" };

/** Names formulas may use: the form's fields, before them the columns of the sub-form they are judged in. */
export function scopeOf(body: Body, inside: string | null = null): readonly ScopeName[] {
  const all = placed(body).filter((each) => typeOf(each.field.type)?.valued !== false);
  const owner = all.find((each) => each.at.length === 2 && each.field.key === inside)?.field;
  const name = (field: Field): ScopeName => {
    const feel = typeOf(field.type)?.feel ?? "any";
    return { name: field.key, type: TYPES[feel] ?? feel, unit: null, label: field.label, origin: "form" };
  };
  const outer = all.filter((each) => each.at.length === 2 && each.field.key !== inside).map((each) => name(each.field));
  const own = (owner?.fields ?? []).map(name);
  return [...own, ...outer.filter((each) => !own.some((one) => one.name === each.name))];
}

/** Fields as choices, columns under their sub-form. */
export function fieldOptions(body: Body, language: string, wanted: (field: Field, at: At) => boolean): readonly Option[] {
  return placed(body)
    .filter((each) => wanted(each.field, each.at))
    .map(({ field, at }) => {
      const owner = at.length === 3 ? body.sections[at[0]]?.fields[at[1]] : undefined;
      const label = say(field.label, language) || field.key;
      return { value: owner ? `${owner.key}.${field.key}` : field.key, words: label, ...(owner ? { group: say(owner.label, language) || owner.key } : {}) };
    });
}

/** A field by its name in rules: `guarantees.amount` for a column. */
export function fieldNamed(body: Body, name: string): Field | undefined {
  const [outer, inner] = name.split(".");
  const found = body.sections.flatMap((section) => section.fields).find((each) => each.key === outer);
  return inner === undefined ? found : found?.fields?.find((each) => each.key === inner);
}

export function codesOf(field: Field | undefined, language: string): readonly Option[] {
  return optionsOf(field).map((each) => ({ value: each.code, words: say(each.label, language) || each.code }));
}
