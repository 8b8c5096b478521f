// Which part of the designer shows a place of the form, and what that place is called.

import type { Draft } from "../designer/draft";
import { say, type Labels } from "../designer/labels";
import { get, parts } from "../designer/paths";
import { text as words } from "../lib/texts";
import { nameOfField, type At, type Body, type Field } from "./body";
import { chosen, view, worded, type View } from "./state";

/** The parts of the designer in their order, with the member of the body each is about. */
export const SECTIONS: readonly { readonly kind: View; readonly member: string | null }[] = [
  { kind: "canvas", member: "sections" },
  { kind: "rules", member: "rules" },
  { kind: "checks", member: "checks" },
  { kind: "book", member: "book" },
  { kind: "labels", member: null },
  { kind: "preview", member: null },
  { kind: "impact", member: null },
  { kind: "settings", member: "summary" },
];

const VIEWS: Readonly<Record<string, View>> = { rules: "rules", checks: "checks", book: "book", access: "book", summary: "settings", arrangement: "settings", removed: "settings" };

/** The field a place lies in; null for sections and everything else. */
export function fieldOf(place: string, body: Body): At | null {
  const [root, member, section, fields, index, columns, column] = parts(place);
  if (root !== "body" || member !== "sections" || fields !== "fields" || typeof section !== "number" || typeof index !== "number") return null;
  const field = body.sections[section]?.fields[index];
  if (!field) return null;
  return columns === "fields" && typeof column === "number" && field.fields?.[column] ? [section, index, column] : [section, index];
}

export function select(place: string, draft: Draft<Body>): void {
  const body = draft.body.peek();
  const [root, member, index] = parts(place);
  if (root === "title") view.value = "settings";
  else if (member === "sections") {
    view.value = "canvas";
    const at = fieldOf(place, body);
    if (at) chosen.value = { kind: "field", at };
    else if (typeof index === "number") chosen.value = { kind: "section", index: Math.min(index, body.sections.length - 1) };
  } else if (typeof member === "string") view.value = VIEWS[member] ?? "settings";
}

/** A place in words: section, field, member. */
export function placeWords(place: string, draft: Draft<Body>): string {
  const body = draft.body.value;
  const path = parts(place);
  const [root, member, index] = path;
  if (root === "title") return words("js.form.settings.title");
  if (typeof member !== "string") return words("js.form.whole");
  const between = " \u203a ";
  if (member === "sections") {
    const section = typeof index === "number" ? body.sections[index] : undefined;
    const at = fieldOf(place, body);
    const owner = at?.length === 3 ? section?.fields[at[1]] : undefined;
    const field = at ? (get(body, at.length === 3 ? ["sections", at[0], "fields", at[1], "fields", at[2]] : ["sections", at[0], "fields", at[1]]) as Field) : undefined;
    const rest = path.slice(at ? (at.length === 3 ? 7 : 5) : 3).filter((part) => typeof part === "string");
    const last = typeof rest[0] === "string" ? worded(`js.form.member.${rest[0]}`, rest[0]) : "";
    return [say(section?.title, draft.language) || words("js.form.section"), owner && nameOfField(owner, draft.language), field && nameOfField(field, draft.language), last].filter(Boolean).join(between);
  }
  const kind = SECTIONS.find((each) => each.member === member)?.kind;
  return [kind ? words(`js.form.view.${kind}`) : worded(`js.form.member.${member}`, member), typeof index === "number" ? String(index + 1) : typeof index === "string" ? worded(`js.form.member.${index}`, index) : ""].filter(Boolean).join(between);
}

/** A change as a path of keys in words: fields by their labels, members by their names. */
export function changeWords(path: readonly string[], draft: Draft<Body>): string {
  let now: unknown = draft.content.value;
  const told: string[] = [];
  for (const part of path) {
    if (Array.isArray(now)) {
      now = now.find((item: Readonly<Record<string, unknown>>) => [item?.["key"], item?.["id"], item?.["code"]].includes(part));
      const label = (now as { readonly label?: Labels; readonly title?: Labels } | undefined) ?? {};
      told.push(say(label.label ?? label.title, draft.language) || part);
    } else {
      now = (now as Readonly<Record<string, unknown>> | undefined)?.[part];
      if (part !== "body" && part !== "sections" && part !== "fields") told.push(worded(`js.form.member.${part}`, part));
    }
  }
  return told.join(" \u203a ");
}
