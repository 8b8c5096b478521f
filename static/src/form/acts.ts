// What can be done to fields, by mouse and by keys alike: each act changes the draft once and tells its new place.

import { tell } from "../designer/context";
import type { Draft } from "../designer/draft";
import type { Labels } from "../designer/labels";
import { moved } from "../designer/paths";
import { fill } from "../lib/format";
import { text as words } from "../lib/texts";
import {
  addedSection, duplicated, fieldAt, homeOf, inserted, listAt, nameOfField, nextId, placeOf, relocated, stepped, takenIds, takenKeys, withoutField, withoutSection,
  type At, type Body, type Field, type Home, type Placed,
} from "./body";
import { follows } from "./naming";
import { newField } from "./schema";
import { chosen, everGiven, outerTypes, page, remember, type FieldType } from "./state";

type D = Draft<Body>;

/** Where a field now stands, for listeners: its number among its neighbours, and what they stand in. */
function place(body: Body, at: At, language: string): string {
  const home = homeOf(at);
  const section = body.sections[at[0]];
  const inside = home.length === 2 ? nameOfField(section?.fields[home[1]], language) : (language === "en" ? section?.title?.en : undefined) || section?.title?.["zh-CN"] || section?.key || "";
  return words("js.form.at", { place: inside, number: (at[at.length - 1] ?? 0) + 1, count: listAt(body, home).length });
}

function done(draft: D, made: Placed, said: string): void {
  if (made.body === draft.body.peek()) return;
  remember(made.body);
  draft.change(placeOf(made.at), (content) => ({ ...content, body: made.body }));
  chosen.value = { kind: "field", at: made.at };
  const name = nameOfField(fieldAt(made.body, made.at), draft.language);
  tell(words(said, { name, place: place(made.body, made.at, draft.language) }));
}

/** What something new is called in both languages until somebody names it. */
function numbered(what: "option" | "section", number: number): Labels {
  const { "zh-CN": zh = "", en = "" } = page.peek().names[what];
  return { "zh-CN": fill(zh, { number }), en: fill(en, { number }) };
}

/** A new field of a type, whole: a choice with its first options, a sub-form with its first column. */
export function make(draft: D, type: FieldType, home: Home): Field {
  const body = draft.body.peek();
  const taken = takenIds(body, everGiven());
  const keys = new Set([...takenKeys(body, home), ...page.peek().reserved]);
  const id = nextId(taken);
  const fields = body.sections.flatMap((section) => section.fields);
  const lookup = fields.find((each) => each.type === "lookup")?.key;
  const options = ["A", "B"].map((code, at) => ({ code, label: numbered("option", at + 1) }));
  const starts = { options, ...(type.type === "serial" ? { pattern: "{yyyy}{mm}-{n:4}" } : {}), ...(lookup ? { lookup } : {}) };
  const field = newField(type, id, keys, starts);
  follows(id);
  const column = page.peek().types.find((each) => !each.outer && each.valued);
  if (!type.members["fields"] || !column) return field;
  const inner = nextId(new Set([...taken, id]));
  follows(inner);
  return { ...field, fields: [newField(column, inner, new Set(page.peek().reserved), {})] };
}

/** Adds behind what is chosen: in its section, or among the columns beside a chosen one. */
export function add(draft: D, type: FieldType): void {
  const body = draft.body.peek();
  const now = chosen.peek();
  if (body.sections.length === 0) return;
  let at: At = [Math.max(0, body.sections.length - 1), Number.MAX_SAFE_INTEGER];
  if (now.kind === "section" && body.sections[now.index]) at = [now.index, Number.MAX_SAFE_INTEGER];
  if (now.kind === "field" && fieldAt(body, now.at)) at = now.at.length === 3 && !type.outer ? [now.at[0], now.at[1], now.at[2] + 1] : [now.at[0], now.at[1] + 1];
  addAt(draft, type, homeOf(at), at[at.length - 1] ?? 0);
}

export function addAt(draft: D, type: FieldType, home: Home, index: number): void {
  if (home.length === 2 && type.outer) return void tell(words("js.form.not_in_rows", { name: type.label[draft.language === "en" ? "en" : "zh-CN"] ?? type.type }));
  done(draft, inserted(draft.body.peek(), home, index, make(draft, type, home)), "js.form.added");
}

export function relocate(draft: D, from: At, home: Home, index: number): void {
  done(draft, relocated(draft.body.peek(), from, home, index, outerTypes()), "js.form.moved");
}

export function step(draft: D, at: At, by: 1 | -1): void {
  done(draft, stepped(draft.body.peek(), at, by), "js.form.moved");
}

export function duplicate(draft: D, at: At): void {
  done(draft, duplicated(draft.body.peek(), at, everGiven()), "js.form.copied");
}

/** Removes a field; its neighbour, else its section, is chosen then. */
export function remove(draft: D, at: At): void {
  const body = draft.body.peek();
  const name = nameOfField(fieldAt(body, at), draft.language);
  const less = withoutField(body, at, page.peek().published);
  draft.change(placeOf(at), (content) => ({ ...content, body: less }));
  const home = homeOf(at);
  const index = Math.min(at[at.length - 1] ?? 0, listAt(less, home).length - 1);
  if (index >= 0) chosen.value = { kind: "field", at: (home.length === 2 ? [home[0], home[1], index] : [home[0], index]) as At };
  else chosen.value = home.length === 2 ? { kind: "field", at: [home[0], home[1]] } : { kind: "section", index: home[0] };
  tell(words("js.form.removed", { name }));
}

export function addSection(draft: D): void {
  const body = draft.body.peek();
  const now = chosen.peek();
  const index = Math.min(body.sections.length, (now.kind === "section" ? now.index : now.at[0]) + 1);
  const number = body.sections.length + 1;
  draft.change(`/body/sections/${index}`, (content) => ({ ...content, body: addedSection(content.body, index, numbered("section", number)) }));
  chosen.value = { kind: "section", index };
  tell(words("js.form.section_added"));
}

export function moveSection(draft: D, index: number, to: number): void {
  const body = draft.body.peek();
  if (to < 0 || to >= body.sections.length || to === index) return;
  draft.change(`/body/sections/${to}`, (content) => ({ ...content, body: { ...content.body, sections: moved(content.body.sections, index, to) } }));
  chosen.value = { kind: "section", index: to };
  tell(words("js.form.section_moved", { number: to + 1, count: body.sections.length }));
}

export function removeSection(draft: D, index: number): void {
  const body = draft.body.peek();
  if (body.sections.length < 2) return void tell(words("js.form.last_section"));
  draft.change(`/body/sections/${index}`, (content) => ({ ...content, body: withoutSection(content.body, index, page.peek().published) }));
  chosen.value = { kind: "section", index: Math.min(index, body.sections.length - 2) };
  tell(words("js.form.section_removed"));
}
