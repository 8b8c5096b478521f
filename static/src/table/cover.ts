// What is wrong with the rows together, and what was checked and found whole: from the findings of the server.

import { inside, parts } from "../designer/paths";
import type { Problem } from "../designer/problems";
import type { Policy, Table } from "./model";

/** Policies that have no result where no row is hit: gaps are looked for. */
const CLOSED: ReadonlySet<Policy> = new Set(["U", "F", "A", "P", "C+", "C<", "C>"]);

export interface Finding {
  readonly problem: Problem;
  /** gap and cell findings are about no row as a whole. */
  readonly kind: "gap" | "rows" | "cell" | "other";
  readonly row: number | null;
  /** Of a cell: when, then or note, and its column. */
  readonly part?: string;
  readonly column?: number;
}

export interface Cover {
  readonly findings: readonly Finding[];
  /** Cells that are formulas, which no check of rows can know. */
  readonly unread: readonly { readonly row: number; readonly column: number; readonly path: string }[];
  /** Keys of sentences on what was checked and is whole; none while anything is wrong. */
  readonly sound: readonly string[];
}

/** `problems` are all of the draft; `place` is that of the table. */
export function coverOf(problems: readonly Problem[], place: string, table: Table): Cover {
  const own = problems.filter((each) => inside(each.path, place));
  const unread = own.filter((each) => each.code === "table.not_analysed").map((each) => {
    const [row, , column] = parts(each.path.slice(`${place}/rows`.length));
    return { row: Number(row), column: Number(column), path: each.path };
  });
  const findings = own
    .filter((each) => inside(each.path, `${place}/rows`) && each.code !== "table.not_analysed")
    .map((problem): Finding => {
      const [row, member, column] = parts(problem.path.slice(`${place}/rows`.length));
      if (problem.code === "table.gap") return { problem, kind: "gap", row: null };
      if (typeof row !== "number") return { problem, kind: "other", row: null };
      if (member === undefined) return { problem, kind: "rows", row };
      return { problem, kind: "cell", row, part: String(member), ...(typeof column === "number" ? { column } : {}) };
    });
  const ORDER = { rows: 0, gap: 1, cell: 2, other: 3 } as const;
  findings.sort((one, other) => ORDER[one.kind] - ORDER[other.kind]);
  const whole = !own.some((each) => each.severity === "error") && findings.length === 0;
  return { findings, unread, sound: whole && table.rows.length > 0 ? soundOf(table) : [] };
}

function soundOf({ hit_policy, outputs }: Table): readonly string[] {
  const defaults = outputs.length > 0 && outputs.every((each) => each.default !== undefined);
  const rows = hit_policy === "U" ? "overlap" : hit_policy === "A" ? "unequal" : hit_policy === "F" || hit_policy === "P" ? "hidden" : "twice";
  return [...(CLOSED.has(hit_policy) && !defaults ? ["gap"] : []), rows];
}
