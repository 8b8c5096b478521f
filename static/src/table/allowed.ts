// The values a column may have as lines of a grid: the value, and what people call it in both languages.

import { applied, type Act } from "../designer/cells";
import { relabelled, type Labels } from "../designer/labels";
import { quoted, textOf } from "./cell";
import type { Column } from "./model";

interface Item {
  /** As it is stored: a unary test. */
  readonly value: string;
  readonly label: Labels | undefined;
}

/** Whether the column admits the values listed alone; where none is allowed by name, its texts may have names all the same. */
export function limits(column: Column): boolean {
  return column.allowed !== undefined || Object.keys(column.labels ?? {}).length === 0;
}

function itemsOf(column: Column): readonly Item[] {
  const values = limits(column) ? (column.allowed ?? []) : Object.keys(column.labels ?? {}).map((text) => quoted(text));
  return values.map((value) => ({ value, label: column.labels?.[textOf(value) ?? ""] }));
}

/** The column with its values as a limit, or as texts that only have names. */
export function limited(column: Column, on: boolean): Column {
  const values = itemsOf(column).map((each) => each.value);
  const { allowed: _, ...rest } = column;
  return on ? { ...rest, allowed: values } : rest;
}

/** The texts of the lines, under which their names stand; null for what is no text. */
export function textsOf(column: Column): readonly (string | null)[] {
  return itemsOf(column).map((each) => textOf(each.value));
}

/** Texts stand without quotation marks where the column holds texts. */
export function allowedRows(column: Column, textual: boolean): readonly (readonly string[])[] {
  return itemsOf(column).map(({ value, label }) => {
    const text = textual ? textOf(value) : null;
    return [text !== null && typedValue(text, textual) === value ? text : value, label?.["zh-CN"] ?? "", label?.en ?? ""];
  });
}

/** A text typed as it is, or a test of the language: what begins with a quotation mark, or is a list, range or comparison. */
function typedValue(typed: string, textual: boolean): string {
  const text = typed.trim();
  return !textual || text === "" || /^["<>=[(\]]|^not\s*\(/.test(text) ? text : quoted(text);
}

/** The column after acts of that grid; what a text is called follows it when it is written anew. */
export function allowedAfter(column: Column, acts: readonly Act[], textual: boolean): Column {
  const write = (item: Item, place: number, text: string): Item => (place === 0 ? { ...item, value: typedValue(text, textual) } : { ...item, label: relabelled(item.label, place === 1 ? "zh-CN" : "en", text) });
  const make = (texts: readonly string[]): Item => texts.slice(0, 3).reduce<Item>((item, text, place) => (text === "" ? item : write(item, place, text)), { value: "", label: undefined });
  const before = itemsOf(column);
  const items = applied(before, acts, make, write);
  const own = new Set(before.map((each) => textOf(each.value)));
  const foreign = Object.entries(column.labels ?? {}).filter(([text]) => !own.has(text));
  const named = items.flatMap((each): [string, Labels][] => {
    const text = textOf(each.value);
    if (text === null || !(each.label?.["zh-CN"] || each.label?.en || !limits(column))) return [];
    return [[text, each.label ?? { "zh-CN": text }]];
  });
  const labels = Object.fromEntries([...foreign, ...named]);
  const { allowed: _, labels: __, ...rest } = column;
  return { ...rest, ...(items.length > 0 && limits(column) ? { allowed: items.map((each) => each.value) } : {}), ...(Object.keys(labels).length > 0 ? { labels } : {}) };
}
