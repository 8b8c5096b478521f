// Which part of the designer shows a place of a table, and what that place is called.

import { text as words } from "../lib/texts";
import { asObject } from "../designer/facts_model";
import { say } from "../designer/labels";
import type { Path } from "../designer/paths";
import type { Table } from "./model";

export const SECTIONS = [
  { kind: "rows", member: "rows" },
  { kind: "facts", member: "facts" },
  { kind: "examples", member: "examples" },
  { kind: "settings", member: "title" },
] as const;

export type Chosen = (typeof SECTIONS)[number]["kind"];

/** What to choose so that a place of a table alone is on the page. */
export function chosenFor(path: Path): Chosen {
  const [root, member] = path;
  if (root === "title") return "settings";
  return member === "facts" || member === "examples" ? member : "rows";
}

const BETWEEN = " \u203a ";

/** A place inside a table in words: row and column, column, fact, example. */
export function innerWords(path: Path, table: Table, language: string): string {
  const [member, index, part, cell] = path;
  const column = (side: "inputs" | "outputs", at: unknown): string => {
    const found = typeof at === "number" ? table[side][at] : undefined;
    return say(found?.label, language) || found?.key || "";
  };
  const at = typeof index === "number" ? index : null;
  switch (member) {
    case "rows": {
      const side = part === "then" ? "outputs" : "inputs";
      return [words("js.table.rows"), at === null ? "" : words("js.table.row_n", { row: at + 1 }), part === "when" || part === "then" ? column(side, cell) : ""].filter(Boolean).join(BETWEEN);
    }
    case "inputs":
    case "outputs":
      return [words(`js.table.${member}`), at === null ? "" : column(member, at) || String(at + 1)].filter(Boolean).join(BETWEEN);
    case "facts": {
      const fact = at === null ? undefined : table.facts?.[at];
      const told = fact === undefined ? "" : say(asObject(fact).label, language) || asObject(fact).key;
      return [words("js.card.section.facts"), told || (at === null ? "" : String(at + 1))].filter(Boolean).join(BETWEEN);
    }
    case "examples":
      return [words("js.card.section.examples"), at === null ? "" : table.examples?.[at]?.name || String(at + 1)].filter(Boolean).join(BETWEEN);
    case "hit_policy":
    case "on_unknown":
      return words(member === "hit_policy" ? "js.table.policy" : "js.table.on_unknown");
    default:
      return words("js.table.whole");
  }
}

/** What two tabs changed, as a path of keys: the row by its number now, the cell by its column. */
export function innerChange(path: readonly string[], table: Table, language: string): string {
  const [member = "", key, part, cell, ...rest] = path;
  if (key === undefined) return innerWords([member], table, language);
  if (member === "rows") {
    const at = table.rows.findIndex((each) => each.id === key);
    const side = part === "then" ? "outputs" : "inputs";
    const column = table[side].find((each) => each.key === cell);
    return [innerWords(at < 0 ? [member] : [member, at], table, language), at < 0 ? key : "", say(column?.label, language) || cell || "", ...rest].filter(Boolean).join(BETWEEN);
  }
  const list = member === "inputs" || member === "outputs" ? table[member].map((each) => each.key) : member === "facts" ? (table.facts ?? []).map((each) => asObject(each).key) : (table.examples ?? []).map((each) => each.name);
  const at = list.indexOf(key);
  return [innerWords(at < 0 ? [member] : [member, at], table, language), at < 0 ? key : "", part ?? "", cell ?? "", ...rest].filter(Boolean).join(BETWEEN);
}
