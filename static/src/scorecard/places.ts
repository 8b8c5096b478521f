// Which part of the designer shows a place of the document, and what that place is called.

import { text as words } from "../lib/texts";
import type { Draft } from "../designer/draft";
import { say } from "../designer/labels";
import { parts } from "../designer/paths";
import { innerChange, innerWords } from "../table/places";
import { asObject, type Body } from "./body";

export type Chosen =
  | { readonly kind: "dimension" | "factor" | "table"; readonly index: number }
  | { readonly kind: "weights" | "facts" | "formulas" | "tables" | "rules" | "grades" | "examples" | "settings" };

/** Sections below the tree, in their order, with the member of the body each is about. */
export const SECTIONS = [
  { kind: "weights", member: "variants" },
  { kind: "facts", member: "facts" },
  { kind: "formulas", member: "formulas" },
  { kind: "tables", member: "tables" },
  { kind: "rules", member: "knockouts" },
  { kind: "grades", member: "grades" },
  { kind: "examples", member: "examples" },
  { kind: "settings", member: "rounding" },
] as const;

const MEMBERS: Readonly<Record<string, Chosen>> = {
  variants: { kind: "weights" },
  default_variant: { kind: "weights" },
  facts: { kind: "facts" },
  formulas: { kind: "formulas" },
  tables: { kind: "tables" },
  knockouts: { kind: "rules" },
  grades: { kind: "grades" },
  examples: { kind: "examples" },
  rounding: { kind: "settings" },
  alert_below: { kind: "settings" },
};

/** What to choose so that `place` is on the page; null where anything does. */
export function chosenFor(place: string, body: Body): Chosen | null {
  const [root, member, index, inner] = parts(place);
  if (root === "title") return { kind: "settings" };
  if (typeof member !== "string") return null;
  if (member === "factors" || member === "dimensions") {
    const kind = member === "factors" ? "factor" : "dimension";
    if (typeof index !== "number") return { kind: "weights" };
    const count = body[member].length;
    return count === 0 ? { kind: "weights" } : { kind, index: Math.min(index, count - 1) };
  }
  if (member === "tables" && typeof index === "number" && index < (body.tables?.length ?? 0) && inner === "table") return { kind: "table", index };
  return MEMBERS[member] ?? { kind: "settings" };
}

/** A place in words: dimension, factor, part. */
export function placeWords(place: string, draft: Draft<Body>): string {
  const body = draft.body.value;
  const [root, member, index] = parts(place);
  if (root === "title") return words("js.card.title");
  if (typeof member !== "string") return words("js.card.whole");
  const section = SECTIONS.find((each) => each.member === member)?.kind;
  const name = section ? words(`js.card.section.${section}`) : words("js.card.whole");
  if (typeof index !== "number") return name;
  const language = draft.language;
  if (member === "factors") {
    const factor = body.factors[index];
    const dimension = body.dimensions.find((each) => each.key === factor?.dimension);
    return [say(dimension?.label, language), say(factor?.label, language) || words("js.card.unnamed")].filter(Boolean).join(" › ");
  }
  if (member === "dimensions") return say(body.dimensions[index]?.label, language) || words("js.card.unnamed");
  const table = member === "tables" ? body.tables?.[index] : undefined;
  if (table) {
    const [, , , inner, ...rest] = parts(place);
    const named = `${name} \u203a ${say(table.label, language) || table.key}`;
    return inner === "table" && rest.length > 0 ? `${named} \u203a ${innerWords(rest, table.table, language)}` : named;
  }
  const item = (body as unknown as Readonly<Record<string, readonly unknown[]>>)[member]?.[index];
  return `${name} › ${itemWords(item, language) || index + 1}`;
}

function itemWords(item: unknown, language: string): string {
  if (typeof item === "string") return item;
  if (typeof item !== "object" || item === null) return "";
  const { label, key, id, name } = { ...asObject({ key: "" }), ...(item as object) } as { label?: never; key?: string; id?: string; name?: string };
  return say(label, language) || name || id || key || "";
}

/** A change as a path of keys in words: dimension, factor, member. A member without words of its own is told as it is written. */
export function changeWords(path: readonly string[], draft: Draft<Body>): string {
  const [root, member = "", key, ...rest] = path;
  const inner = (names: readonly string[]): readonly string[] =>
    names.map((name) => {
      const told = words(`js.card.member.${name}`);
      return told === `js.card.member.${name}` ? name : told;
    });
  const between = " \u203a ";
  if (root === "title") return [words("js.card.title"), ...inner(path.slice(1))].join(between);
  const list = (draft.body.value as unknown as Readonly<Record<string, unknown>>)[member];
  const index = Array.isArray(list) ? list.findIndex((item: unknown) => (typeof item === "string" ? item : itemKey(item)) === key) : -1;
  const table = member === "tables" ? draft.body.value.tables?.[index] : undefined;
  if (table && rest[0] === "table" && rest.length > 1) return [placeWords(`/body/tables/${index}`, draft), innerChange(rest.slice(1), table.table, draft.language)].join(between);
  if (key === undefined || index < 0) return [placeWords(`/body/${member}`, draft), ...inner([key ?? "", ...rest].filter(Boolean))].join(between);
  return [placeWords(`/body/${member}/${index}`, draft), ...inner(rest)].join(between);
}

function itemKey(item: unknown): string | undefined {
  const { key, id, name } = (item ?? {}) as { key?: string; id?: string; name?: string };
  return key ?? id ?? name;
}
