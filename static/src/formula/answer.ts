// What the server says of a formula, made ready for the editor: where problems are drawn, what accepting a name writes.

import { say, type Labels } from "../designer/labels";
import type { Fix, Problem } from "../designer/problems";

/** A call and the value it has, both as text of the language. */
export type Example = readonly [string, string];

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
  /** Of a function. */
  readonly examples?: readonly Example[];
}

/** Spans in UTF-16 units, as browsers count. */
export interface Completions {
  readonly span: readonly [number, number];
  readonly items: readonly Item[];
}

export interface Param {
  readonly name: string;
  readonly kind: string;
  readonly optional: boolean;
  readonly several: boolean;
}

/** A function as it is called. */
export interface Called {
  readonly name: string;
  readonly signature: string;
  readonly help: Labels;
  /** Where it does not do what Excel does. */
  readonly differs: Labels;
  readonly result: string;
  readonly params: readonly Param[];
  readonly examples: readonly Example[];
}

/** The call the cursor stands in, and which of its parameters is being written. */
export interface Within extends Called {
  readonly argument: number;
}

/** The name or function at a place. */
export interface Here {
  /** name, member, variable or function. */
  readonly kind: string;
  readonly span: readonly [number, number];
  readonly name: string;
  readonly label: Labels;
  readonly type_words: string;
  readonly unit: string;
  readonly origin: string;
  readonly nullable: boolean;
  readonly function: Called | null;
}

/** What the server says of a formula. */
export interface Answer {
  readonly problems: readonly Problem[];
  readonly type_words: string;
  readonly completions: Completions | null;
  readonly within: Within | null;
  readonly here: Here | null;
  readonly other: { readonly text: string; readonly exact: boolean } | null;
  /** Why the other dialect does not say exactly the same. */
  readonly other_why: string | null;
  readonly formatted?: { readonly text: string | null; readonly why: string | null };
}

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly fixes: readonly Fix[];
}

/** Problems as marks inside a text: one that points behind its end, or at nothing, marks the character before it. */
export function marks(problems: readonly Problem[], text: string): readonly Mark[] {
  return problems.map((each) => {
    const [start, end] = each.span ?? [0, text.length];
    const to = Math.max(0, Math.min(end, text.length));
    let from = Math.max(0, Math.min(start, to));
    if (from === to && from > 0) from -= isLow(text, from - 1) && from > 1 ? 2 : 1;
    const wide = from === to && text.length > 0 ? 1 : 0;
    return { from, to: to + wide, severity: each.severity, message: each.message, fixes: each.fixes ?? [] };
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
  if (item.kind === "value") return say(item.label, language);
  const label = say(item.label, language);
  return [label === item.name ? "" : label, item.type_words, item.detail, origin].filter(Boolean).join(" \u00b7 ");
}

/**
 * Whether to ask what may follow while somebody types: nothing behind a number, all behind a word, a quote or a dot; "values" behind a comparison or
 * inside the list of one, where nothing but the values of a field is worth offering unasked.
 */
export function asks(before: string): "all" | "values" | null {
  if (/(?<![\p{L}\p{N}_`])[\d.]+$/u.test(before)) return null;
  if (/[\p{L}\p{N}_`."]$/u.test(before)) return "all";
  return /(?:=|<>|\bin\s*[(\[\uff08](?:[^()[\]]*[,\uff0c])?)\s*$/.test(before) ? "values" : null;
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

/**
 * A fix of a text as it was when it was looked at, in the text as it is now: the change, and null where what is to be
 * replaced has been touched since.
 */
export function mended(fix: Fix, then: string, now: string): { readonly from: number; readonly to: number; readonly insert: string } | null {
  const [from, to] = fix.span;
  const moved = difference(then, now);
  const before = moved !== null && (to < moved.from || (to === moved.from && from < to && !/^[\p{L}\p{N}_]/u.test(moved.insert)));
  if (!moved || before) return { from, to, insert: fix.text };
  if (from < moved.to || (from === moved.to && (from === to || /[\p{L}\p{N}_]$/u.test(moved.insert)))) return null;
  const shift = moved.insert.length - (moved.to - moved.from);
  return { from: from + shift, to: to + shift, insert: fix.text };
}

/** The signature in three pieces, so that the parameter being written can stand out. */
export function signature(within: Within): readonly [string, string, string] {
  const shown = within.params.map((each) => {
    const name = `${each.name}${each.several ? "\u2026" : ""}`;
    return each.optional ? `[${name}]` : name;
  });
  const at = Math.min(within.argument, shown.length - 1);
  if (at < 0) return [`${within.name}()`, "", ""];
  const [before, behind] = [shown.slice(0, at), shown.slice(at + 1)];
  return [`${within.name}(${before.map((each) => `${each}, `).join("")}`, shown[at] ?? "", `${behind.map((each) => `, ${each}`).join("")})`];
}

/** Whether a bracket is open before the cursor: only then is there a call to tell about. A quick look, the server knows better. */
export function mayCall(before: string): boolean {
  let depth = 0;
  for (const each of before.replace(/"[^"]*"/g, "")) {
    if ("(\uff08".includes(each)) depth += 1;
    else if (")\uff09".includes(each) && depth > 0) depth -= 1;
  }
  return depth > 0;
}
