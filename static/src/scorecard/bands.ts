// Bands as rows of a grid: lower and upper limit and points, though only the cuts between them are stored.

import { compare, isDecimal, readFigure, showFigure } from "../designer/decimals";
import { applied, type Act } from "../designer/cells";
import { noted, say } from "../designer/labels";
import type { Bands, Body, Cut, Factor, Steps, ValuePoints } from "./body";

/** Columns of the grids: limits or value, points, what is counted of the customers, the note. */
export const STEPS_COLUMNS = { points: 2, customers: 3, rate: 4, note: 5 } as const;
export const VALUES_COLUMNS = { points: 1, customers: 2, rate: 3, note: 4 } as const;

/** Which limit of a row is stored with it: for gte the lower one, for lte the upper one; the other is its neighbour's. */
export function ownColumn(bands: Steps): 0 | 1 {
  return bands.match === "gte" ? 0 : 1;
}

/** Ratios are read as percentages, but a current ratio of 2 is nobody's 200 %: the rule of the read view. */
export function readsAsPercent(factor: Factor): boolean {
  if (factor.unit !== "ratio" || factor.bands.kind !== "steps") return factor.unit === "ratio" && factor.bands.kind === "linear";
  return factor.bands.cuts.every(({ edge }) => !isDecimal(edge) || (compare(edge, "1") <= 0 && compare(edge, "-1") >= 0));
}

/** What is counted of each band, as shown: its customers, and how many in a hundred of them turned bad. */
export type Counted = (band: number) => readonly [string, string];

/** Lower limit, upper limit, points of each cut, what is counted, the note, as shown. */
export function stepRows(bands: Steps, percent: boolean, counted: Counted, language: string): readonly (readonly string[])[] {
  return bands.cuts.map((cut, at) => {
    const own = showFigure(cut.edge, percent);
    const before = bands.cuts[at - 1];
    const other = before ? showFigure(before.edge, percent) : "";
    return [...(bands.match === "gte" ? [own, other] : [other, own]), cut.points, ...counted(at), say(cut.note, language)];
  });
}

/** The limits of what no cut names: below the last of gte, above the last of lte. */
export function restLimits(bands: Steps, percent: boolean): readonly [string, string] {
  const last = bands.cuts.at(-1);
  const edge = last ? showFigure(last.edge, percent) : "";
  return bands.match === "gte" ? ["", edge] : [edge, ""];
}

/** A place where what was pasted names two limits that should be one: as stored, and as pasted beside it. */
export interface Mismatch {
  readonly row: number;
  readonly kept: string;
  readonly pasted: string;
}

/**
 * The bands after acts of the grid. The limit a row shares with the one before it may be written in either row. Where
 * one paste writes both and they differ, the row's own counts and the other is told: a gap or an overlap in what was
 * pasted, which cuts cannot hold.
 */
export function stepsAfter(bands: Steps, acts: readonly Act[], percent: boolean, language: string): { readonly bands: Steps; readonly mismatches: readonly Mismatch[] } {
  const own = ownColumn(bands);
  const shared = 1 - own;
  const wrote = new Set<number>();
  const others: { row: number; text: string }[] = [];
  const { points, note } = STEPS_COLUMNS;
  const make = (texts: readonly string[]): Cut =>
    withNote<Cut>({ edge: readFigure(texts[own] ?? "", percent), points: readFigure(texts[points] ?? "", false) }, language, texts[note] ?? "");
  const write = (cut: Cut, column: number, text: string): Cut => {
    if (column === own) return { ...cut, edge: readFigure(text, percent) };
    if (column === points) return { ...cut, points: readFigure(text, false) };
    return column === note ? withNote(cut, language, text) : cut;
  };
  for (const act of acts) {
    if (act.kind === "set") {
      for (const { row, column, text } of act.edits) {
        if (column === own) wrote.add(row);
        else if (column === shared) others.push({ row, text });
      }
    } else if (act.kind === "insert") {
      act.rows.forEach((texts, down) => {
        if (texts[own]) wrote.add(act.at + down);
        if (texts[shared]) others.push({ row: act.at + down, text: texts[shared] });
      });
    }
  }
  let cuts = applied(bands.cuts, acts, make, write);
  let rest: Pick<Steps, "otherwise" | "otherwise_note"> = {};
  const last = cuts.at(-1);
  if (acts.some((act) => act.kind === "insert" && act.rows.length > 0) && last && last.edge === "" && last.points !== "" && cuts.length > 1) {
    // A table copied whole ends with the row that has no limit of its own: that is what all other values earn.
    cuts = cuts.slice(0, -1);
    rest = { otherwise: last.points, ...(last.note ? { otherwise_note: last.note } : {}) };
  }
  const mismatches: Mismatch[] = [];
  for (const { row, text } of others) {
    const before = row - 1;
    const cut = cuts[before];
    if (!cut) continue;
    const pasted = readFigure(text, percent);
    if (!wrote.has(before)) cuts = cuts.map((each, at) => (at === before ? { ...each, edge: pasted } : each));
    else if (isDecimal(pasted) && isDecimal(cut.edge) && compare(pasted, cut.edge) !== 0) {
      mismatches.push({ row: before, kept: showFigure(cut.edge, percent), pasted: showFigure(pasted, percent) });
    }
  }
  return { bands: { ...bands, cuts, ...rest }, mismatches };
}

/** A band with its note in the reader's language. */
function withNote<B extends Cut | ValuePoints>(band: B, language: string, text: string): B {
  const { note: before, ...rest } = band;
  const note = noted(before, language, text);
  return (note ? { ...rest, note } : rest) as B;
}

/** The same limits read from the other end, so that the limit itself falls to the other side. */
export function flipped(bands: Steps): Steps {
  const rest = { points: bands.otherwise ?? "", note: bands.otherwise_note };
  const earned = [...bands.cuts.map(({ points, note }) => ({ points, note })), rest].reverse();
  const edges = bands.cuts.map((cut) => cut.edge).reverse();
  const cuts = edges.map((edge, at) => ({ edge, points: earned[at]?.points ?? "", ...(earned[at]?.note ? { note: earned[at].note } : {}) }));
  const last = earned.at(-1);
  return { kind: "steps", match: bands.match === "gte" ? "lte" : "gte", cuts, otherwise: last?.points || null, ...(last?.note ? { otherwise_note: last.note } : {}) };
}

export function valueRows(values: readonly ValuePoints[], counted: Counted, language: string): readonly (readonly string[])[] {
  return values.map((each, at) => [each.value, each.points, ...counted(at), say(each.note, language)]);
}

export function valuesAfter(values: readonly ValuePoints[], acts: readonly Act[], language: string): readonly ValuePoints[] {
  const { points, note } = VALUES_COLUMNS;
  return applied(
    values,
    acts,
    (texts) => withNote<ValuePoints>({ value: texts[0] ?? "", points: readFigure(texts[points] ?? "", false) }, language, texts[note] ?? ""),
    (item, column, text) => {
      if (column === 0) return { ...item, value: text };
      if (column === points) return { ...item, points: readFigure(text, false) };
      return column === note ? withNote(item, language, text) : item;
    },
  );
}

/** True where the customers counted for a factor in one document still stand so in the other: points and notes move nobody. */
export function countsHold(counted: Body, now: Body, key: string): boolean {
  const [one, other] = [counted, now].map((body) => body.factors.find((each) => each.key === key));
  if (!one || !other) return false;
  const same = counted.facts === now.facts && counted.formulas === now.formulas && counted.tables === now.tables;
  return same && one.value === other.value && one.dialect === other.dialect && limits(one.bands) === limits(other.bands);
}

function limits(bands: Bands): string {
  const rows = bands.kind === "steps" ? [bands.match, ...bands.cuts.map((cut) => cut.edge)] : bands.kind === "set" ? bands.values.map((each) => each.value) : [];
  return JSON.stringify([bands.kind, ...rows]);
}

/** Bands of another kind to begin with. */
export function bandsOf(kind: Bands["kind"], direction: Factor["direction"]): Bands {
  switch (kind) {
    case "steps":
      return { kind, match: direction === "lower" ? "lte" : "gte", cuts: [], otherwise: "0" };
    case "set":
      return { kind, values: [], otherwise: "0" };
    case "linear":
      return { kind, from: { value: "0", points: "0" }, to: { value: "", points: "100" } };
    default:
      return { kind };
  }
}
