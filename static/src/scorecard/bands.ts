// Bands as rows of a grid: lower and upper limit and points, though only the cuts between them are stored.

import { compare, isDecimal, readFigure, showFigure } from "../designer/decimals";
import { applied, type Act } from "../designer/cells";
import type { Bands, Cut, Factor, Steps, ValuePoints } from "./body";

/** Which limit of a row is stored with it: for gte the lower one, for lte the upper one; the other is its neighbour's. */
export function ownColumn(bands: Steps): 0 | 1 {
  return bands.match === "gte" ? 0 : 1;
}

/** Ratios are read as percentages, but a current ratio of 2 is nobody's 200 %: the rule of the read view. */
export function readsAsPercent(factor: Factor): boolean {
  if (factor.unit !== "ratio" || factor.bands.kind !== "steps") return factor.unit === "ratio" && factor.bands.kind === "linear";
  return factor.bands.cuts.every(({ edge }) => !isDecimal(edge) || (compare(edge, "1") <= 0 && compare(edge, "-1") >= 0));
}

/** Lower limit, upper limit, points of each cut, as shown. */
export function stepRows(bands: Steps, percent: boolean): readonly (readonly string[])[] {
  return bands.cuts.map((cut, at) => {
    const own = showFigure(cut.edge, percent);
    const before = bands.cuts[at - 1];
    const other = before ? showFigure(before.edge, percent) : "";
    return [...(bands.match === "gte" ? [own, other] : [other, own]), cut.points];
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
export function stepsAfter(bands: Steps, acts: readonly Act[], percent: boolean): { readonly bands: Steps; readonly mismatches: readonly Mismatch[] } {
  const own = ownColumn(bands);
  const shared = 1 - own;
  const wrote = new Set<number>();
  const others: { row: number; text: string }[] = [];
  const make = (texts: readonly string[]): Cut => ({ edge: readFigure(texts[own] ?? "", percent), points: readFigure(texts[2] ?? "", false) });
  const write = (cut: Cut, column: number, text: string): Cut =>
    column === own ? { ...cut, edge: readFigure(text, percent) } : column === 2 ? { ...cut, points: readFigure(text, false) } : cut;
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
  let otherwise = bands.otherwise;
  const last = cuts.at(-1);
  if (acts.some((act) => act.kind === "insert" && act.rows.length > 0) && last && last.edge === "" && last.points !== "" && cuts.length > 1) {
    // A table copied whole ends with the row that has no limit of its own: that is what all other values earn.
    cuts = cuts.slice(0, -1);
    otherwise = last.points;
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
  return { bands: { ...bands, cuts, ...(otherwise === undefined ? {} : { otherwise }) }, mismatches };
}

/** The same limits read from the other end, so that the limit itself falls to the other side. */
export function flipped(bands: Steps): Steps {
  const points = [...bands.cuts.map((cut) => cut.points), bands.otherwise ?? ""].reverse();
  const edges = bands.cuts.map((cut) => cut.edge).reverse();
  const cuts = edges.map((edge, at) => ({ edge, points: points[at] ?? "" }));
  return { kind: "steps", match: bands.match === "gte" ? "lte" : "gte", cuts, otherwise: points.at(-1) || null };
}

export function valueRows(values: readonly ValuePoints[]): readonly (readonly string[])[] {
  return values.map((each) => [each.value, each.points]);
}

export function valuesAfter(values: readonly ValuePoints[], acts: readonly Act[]): readonly ValuePoints[] {
  return applied(
    values,
    acts,
    (texts) => ({ value: texts[0] ?? "", points: readFigure(texts[1] ?? "", false) }),
    (item, column, text) => (column === 0 ? { ...item, value: text } : { ...item, points: readFigure(text, false) }),
  );
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
