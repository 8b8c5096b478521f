// What the server says of a formula, made ready for the editor: where problems are drawn, what accepting a name writes.

import { say, type Labels } from "../designer/labels";
import type { Problem } from "../designer/problems";

/** One thing that can be written, of POST /studio/formula/check. */
export interface Item {
  /** name, member, function, keyword or value. */
  readonly kind: string;
  readonly text: string;
  readonly name: string;
  readonly label: Labels;
  readonly type_words: string;
  /** Signature of a function, unit of a name. */
  readonly detail: string;
}

/** Spans in UTF-16 units, as browsers count. */
export interface Completions {
  readonly span: readonly [number, number];
  readonly items: readonly Item[];
}

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** Problems as marks inside a text: one that points behind its end, or at nothing, marks the character before it. */
export function marks(problems: readonly Problem[], text: string): readonly Mark[] {
  return problems.map((each) => {
    const [start, end] = each.span ?? [0, text.length];
    const to = Math.max(0, Math.min(end, text.length));
    let from = Math.max(0, Math.min(start, to));
    if (from === to && from > 0) from -= isLow(text, from - 1) && from > 1 ? 2 : 1;
    const wide = from === to && text.length > 0 ? 1 : 0;
    return { from, to: to + wide, severity: each.severity, message: each.message };
  });
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** What is written in place of the span, and how much behind it goes: brackets and quotes that stand there already. */
export function insertion(item: Item, behind: string): { readonly text: string; readonly swallow: number } {
  if (item.kind === "function" && item.text.endsWith("(")) {
    return /^[(\uff08]/.test(behind) ? { text: item.text.slice(0, -1), swallow: 0 } : { text: item.text, swallow: 0 };
  }
  const last = item.text.slice(-1);
  const quoted = (item.kind === "value" && last === '"') || (item.text.startsWith("`") && last === "`");
  return { text: item.text, swallow: quoted && behind.startsWith(last) ? 1 : 0 };
}

/** The words beside a name: its label, type, unit and where it comes from; of a function its signature. */
export function beside(item: Item, language: string, origin: string): string {
  if (item.kind === "function") return item.detail.startsWith(item.name) ? item.detail.slice(item.name.length) : item.detail;
  const label = say(item.label, language);
  return [label === item.name ? "" : label, item.type_words, item.detail, origin].filter(Boolean).join(" \u00b7 ");
}

/** Those worth offering: nothing where all that is known has been written already. */
export function offered(found: Completions, text: string): readonly Item[] {
  const written = text.slice(...found.span);
  return found.items.length === 1 && found.items[0]?.text === written ? [] : found.items;
}

/** The smallest change from one text to another; null where they are the same. */
export function difference(before: string, after: string): { readonly from: number; readonly to: number; readonly insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let back = 0;
  while (back < most - from && before[before.length - 1 - back] === after[after.length - 1 - back]) back += 1;
  return { from, to: before.length - back, insert: after.slice(from, after.length - back) };
}
