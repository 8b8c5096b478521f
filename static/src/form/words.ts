// Every word of a form that people read, with its place: for the view that shows both languages side by side.

import type { Labels } from "../designer/labels";
import type { Body } from "./body";

function isLabel(value: unknown): value is Labels {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => name === "zh-CN" || name === "en");
}

export interface Word {
  /** Place of the label in `{title, body}`. */
  readonly place: string;
  readonly label: Labels;
}

/** All labels in the order they are written: the title, then sections and fields, checks and facts. */
export function wordsOf(body: Body, title: Labels): readonly Word[] {
  return [{ place: "/title", label: title }, ...inside(body, "/body")];
}

// Members as people read a form, from the outside in; stored bodies have theirs in the order of the alphabet.
const ORDER = ["title", "label", "help", "placeholder", "unit", "text", "options", "fields", "sections", "checks", "book"];

function rank(name: string): number {
  const found = ORDER.indexOf(name);
  return found < 0 ? ORDER.length : found;
}

function inside(value: unknown, place: string): readonly Word[] {
  if (isLabel(value)) return [{ place, label: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(item, `${place}/${index}`));
  if (typeof value !== "object" || value === null) return [];
  const names = Object.keys(value).sort((one, other) => rank(one) - rank(other));
  return names.flatMap((name) => (name === "removed" ? [] : inside((value as Readonly<Record<string, unknown>>)[name], `${place}/${name}`)));
}

export function lacks(label: Labels): "zh-CN" | "en" | null {
  if (!label["zh-CN"]?.trim()) return "zh-CN";
  return label.en?.trim() ? null : "en";
}

/** How many labels lack a language. */
export function missing(body: Body, title: Labels): number {
  return wordsOf(body, title).filter((each) => lacks(each.label) !== null).length;
}
