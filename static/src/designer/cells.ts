// What can be done to a grid of texts: moving, choosing, filling, pasting; each act as data, so that its owner applies it.

export interface Spot {
  readonly row: number;
  readonly column: number;
}

/** Rows and columns from `top`/`left` to `bottom`/`right`, all included. */
export interface Area {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface Edit extends Spot {
  readonly text: string;
}

export type Act =
  | { readonly kind: "set"; readonly edits: readonly Edit[] }
  | { readonly kind: "insert"; readonly at: number; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "remove"; readonly from: number; readonly count: number }
  | { readonly kind: "move"; readonly from: number; readonly to: number };

/** What of a grid the acts must know. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** May a paste or the empty line below make new rows? */
  readonly grows: boolean;
  readonly fixed: (row: number, column: number) => boolean;
  /** Columns that Tab passes by. */
  readonly passed?: (column: number) => boolean;
}

export function area(one: Spot, other: Spot): Area {
  return {
    top: Math.min(one.row, other.row),
    left: Math.min(one.column, other.column),
    bottom: Math.max(one.row, other.row),
    right: Math.max(one.column, other.column),
  };
}

export function holds(range: Area, row: number, column: number): boolean {
  return row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;
}

/** Rows one can stand on: a grid that grows has an empty line below its last. */
export function lines(shape: Shape): number {
  return shape.rows + (shape.grows ? 1 : 0);
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
};

/** Where a key leads; with `whole` to the end of the row or column. Null for a key that does not move. */
export function moveBy(spot: Spot, key: string, whole: boolean, shape: Shape): Spot | null {
  const last = Math.max(0, lines(shape) - 1);
  const right = Math.max(0, shape.columns - 1);
  if (key === "Home") return { row: whole ? 0 : spot.row, column: 0 };
  if (key === "End") return { row: whole ? last : spot.row, column: right };
  const step = STEPS[key];
  if (!step) return null;
  const [down, across] = whole ? [step[0] * lines(shape), step[1] * shape.columns] : step;
  return {
    row: Math.min(last, Math.max(0, spot.row + down)),
    column: Math.min(right, Math.max(0, spot.column + across)),
  };
}

/** The next cell that can be written, over the end of the row; null beyond the first and the last, where Tab leaves. */
export function tabTo(spot: Spot, back: boolean, shape: Shape): Spot | null {
  const step = back ? -1 : 1;
  for (let at = spot.row * shape.columns + spot.column + step; at >= 0 && at < lines(shape) * shape.columns; at += step) {
    const found = { row: Math.floor(at / shape.columns), column: at % shape.columns };
    if (!shape.fixed(found.row, found.column) && !shape.passed?.(found.column)) return found;
  }
  return null;
}

/** One text into one cell; typed into the empty line below, it makes a row. */
export function typed(spot: Spot, text: string, shape: Shape): readonly Act[] {
  if (shape.fixed(spot.row, spot.column)) return [];
  if (spot.row < shape.rows) return [{ kind: "set", edits: [{ ...spot, text }] }];
  if (!shape.grows || text === "") return [];
  const cells = Array.from({ length: shape.columns }, (_, column) => (column === spot.column ? text : ""));
  return [{ kind: "insert", at: shape.rows, rows: [cells] }];
}

/** A table from the clipboard at the area's corner; one single cell fills the whole area. Rows beyond the end are new. */
export function pasted(at: Area, table: readonly (readonly string[])[], shape: Shape): readonly Act[] {
  const single = table.length === 1 && table[0]?.length === 1;
  const rows = single ? Array.from({ length: at.bottom - at.top + 1 }, () => filled(at, table[0]?.[0] ?? "")) : table;
  const edits: Edit[] = [];
  const added: string[][] = [];
  rows.forEach((cells, down) => {
    const row = at.top + down;
    if (row >= shape.rows) {
      if (!shape.grows || cells.every((cell) => cell === "")) return;
      const line = Array.from({ length: shape.columns }, (_, column) => {
        const cell = cells[column - at.left];
        return cell === undefined || shape.fixed(row, column) ? "" : cell;
      });
      added.push(line);
      return;
    }
    cells.forEach((text, across) => {
      const column = at.left + across;
      if (column < shape.columns && !shape.fixed(row, column)) edits.push({ row, column, text });
    });
  });
  const acts: Act[] = [];
  if (edits.length > 0) acts.push({ kind: "set", edits });
  if (added.length > 0) acts.push({ kind: "insert", at: shape.rows, rows: added });
  return acts;
}

function filled(at: Area, text: string): readonly string[] {
  return Array.from({ length: at.right - at.left + 1 }, () => text);
}

/** Ctrl+D: the first row of the area into the rows below; of one cell, the cell above into it. */
export function filledDown(range: Area, read: (row: number, column: number) => string, shape: Shape): readonly Act[] {
  const single = range.top === range.bottom;
  const source = single ? range.top - 1 : range.top;
  if (source < 0) return [];
  const edits: Edit[] = [];
  for (let row = single ? range.top : range.top + 1; row <= Math.min(range.bottom, shape.rows - 1); row += 1) {
    for (let column = range.left; column <= range.right; column += 1) {
      if (!shape.fixed(row, column)) edits.push({ row, column, text: read(source, column) });
    }
  }
  return edits.length > 0 ? [{ kind: "set", edits }] : [];
}

/** Delete: the cells of the area empty. */
export function cleared(range: Area, shape: Shape): readonly Act[] {
  const edits: Edit[] = [];
  for (let row = range.top; row <= Math.min(range.bottom, shape.rows - 1); row += 1) {
    for (let column = range.left; column <= range.right; column += 1) {
      if (!shape.fixed(row, column)) edits.push({ row, column, text: "" });
    }
  }
  return edits.length > 0 ? [{ kind: "set", edits }] : [];
}

/** The texts of an area, for the clipboard. */
export function copied(range: Area, read: (row: number, column: number) => string, shape: Shape): string[][] {
  const bottom = Math.min(range.bottom, shape.rows - 1);
  return Array.from({ length: Math.max(0, bottom - range.top + 1) }, (_, down) =>
    Array.from({ length: range.right - range.left + 1 }, (_, across) => read(range.top + down, range.left + across)),
  );
}

/**
 * A list after these acts. `make` builds the item of a new row from its texts, `write` sets one text of an item;
 * several texts of one row are written one after the other.
 */
export function applied<I>(
  items: readonly I[],
  acts: readonly Act[],
  make: (texts: readonly string[]) => I,
  write: (item: I, column: number, text: string) => I,
): readonly I[] {
  return acts.reduce<readonly I[]>((now, act) => {
    if (act.kind === "insert") return [...now.slice(0, act.at), ...act.rows.map(make), ...now.slice(act.at)];
    if (act.kind === "remove") return now.filter((_, index) => index < act.from || index >= act.from + act.count);
    if (act.kind === "move") {
      const item = now[act.from];
      if (item === undefined) return now;
      const rest = now.filter((_, index) => index !== act.from);
      return [...rest.slice(0, act.to), item, ...rest.slice(act.to)];
    }
    const next = [...now];
    for (const { row, column, text } of act.edits) {
      const item = next[row];
      if (item !== undefined) next[row] = write(item, column, text);
    }
    return next;
  }, items);
}
