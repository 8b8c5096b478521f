// The body of a decision table as docs/definitions/table.md writes it, and the changes a designer makes to it.

import { applied, type Act } from "../designer/cells";
import { asObject, type Fact } from "../designer/facts_model";
import { keyFor, type Labels } from "../designer/labels";
import { moved } from "../designer/paths";

export const POLICIES = ["U", "F", "A", "P", "R", "O", "C", "C+", "C<", "C>", "C#"] as const;
export type Policy = (typeof POLICIES)[number];
export type Side = "inputs" | "outputs";

/** What an input and an output have in common. */
export interface Column {
  readonly key: string;
  readonly label?: Labels;
  readonly type?: string;
  readonly dialect?: "feel" | "excel";
  readonly unit?: string | null;
  readonly labels?: Readonly<Record<string, Labels>>;
  readonly allowed?: readonly string[];
}

export interface Input extends Column {
  readonly value: string;
}

export interface Output extends Column {
  readonly default?: string;
}

export interface Row {
  readonly id: string;
  readonly when: readonly string[];
  readonly then: readonly string[];
  readonly note?: Labels;
}

export interface Example {
  readonly name: string;
  readonly now?: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface Table {
  readonly facts?: readonly Fact[];
  readonly hit_policy: Policy;
  readonly on_unknown?: "stop" | "skip";
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly rows: readonly Row[];
  readonly examples?: readonly Example[];
}

/** Cells a row has for each kind of column. */
const CELLS = { inputs: "when", outputs: "then" } as const;
const EMPTY = { inputs: "-", outputs: "" } as const;

export function newTable(): Table {
  return {
    hit_policy: "U",
    inputs: [{ key: "input", value: "", label: { "zh-CN": "" } }],
    outputs: [{ key: "output", label: { "zh-CN": "" } }],
    rows: [],
  };
}

// rows -----------------------------------------------------------------------------------------------------------

/** Ids no row has: r1, r2 … behind the greatest that is so written. */
export function freshIds(rows: readonly Row[]): () => string {
  const taken = new Set(rows.map((each) => each.id));
  let last = Math.max(0, ...rows.map((each) => Number(/^r(\d{1,9})$/.exec(each.id)?.[1] ?? 0)));
  return () => {
    do last += 1;
    while (taken.has(`r${last}`));
    return `r${last}`;
  };
}

/** How texts of a grid become cells: by the column they stand in. */
export interface Reading {
  readonly when: (column: number, text: string) => string;
  readonly then: (column: number, text: string) => string;
  readonly note: (note: Labels | undefined, text: string) => Labels | undefined;
}

function replaced(cells: readonly string[], at: number, text: string, empty: string): readonly string[] {
  const whole = cells.length > at ? cells : [...cells, ...Array.from({ length: at + 1 - cells.length }, () => empty)];
  return whole.map((cell, place) => (place === at ? text : cell));
}

/** The row with one text of the grid written: inputs first, then outputs, then the note. */
export function written(row: Row, column: number, text: string, table: Table, reading: Reading): Row {
  const [inputs, outputs] = [table.inputs.length, table.outputs.length];
  if (column < inputs) return { ...row, when: replaced(row.when, column, reading.when(column, text), EMPTY.inputs) };
  if (column < inputs + outputs) return { ...row, then: replaced(row.then, column - inputs, reading.then(column - inputs, text), EMPTY.outputs) };
  const { note, ...rest } = row;
  const next = reading.note(note, text);
  return next ? { ...rest, note: next } : rest;
}

/** The table after acts of the grid; rows keep their ids wherever they move. */
export function rowsAfter(table: Table, acts: readonly Act[], reading: Reading): Table {
  const id = freshIds(table.rows);
  const write = (row: Row, column: number, text: string): Row => written(row, column, text, table, reading);
  const make = (texts: readonly string[]): Row => {
    const empty: Row = { id: id(), when: table.inputs.map(() => EMPTY.inputs), then: table.outputs.map(() => EMPTY.outputs) };
    return texts.slice(0, table.inputs.length + table.outputs.length + 1).reduce<Row>((row, text, column) => (text === "" ? row : write(row, column, text)), empty);
  };
  return { ...table, rows: applied(table.rows, acts, make, write) };
}

/** A row more at the end with these conditions: what a gap asks for. */
export function rowFor(table: Table, when: readonly string[]): Table {
  const row: Row = { id: freshIds(table.rows)(), when: table.inputs.map((_, at) => when[at] ?? EMPTY.inputs), then: table.outputs.map(() => EMPTY.outputs) };
  return { ...table, rows: [...table.rows, row] };
}

/** Rows in place of row `at`, one for each cell of an input; without `at` they are added at the end. */
export function laddered(table: Table, input: number, cells: readonly string[], at: number | null): Table {
  const id = freshIds(table.rows);
  const old = at === null ? undefined : table.rows[at];
  const base: Row = old ?? { id: "", when: table.inputs.map(() => EMPTY.inputs), then: table.outputs.map(() => EMPTY.outputs) };
  const made = cells.map((cell, place): Row => ({ ...base, id: place === 0 && old ? old.id : id(), when: replaced(base.when, input, cell, EMPTY.inputs) }));
  const [before, behind] = old && at !== null ? [table.rows.slice(0, at), table.rows.slice(at + 1)] : [table.rows, []];
  return { ...table, rows: [...before, ...made, ...behind] };
}

// columns --------------------------------------------------------------------------------------------------------

function withCells(table: Table, side: Side, change: (cells: readonly string[]) => readonly string[]): readonly Row[] {
  const member = CELLS[side];
  return table.rows.map((row) => ({ ...row, [member]: change(row[member]) }));
}

function inserted<I>(items: readonly I[], at: number, item: I): readonly I[] {
  return [...items.slice(0, at), item, ...items.slice(at)];
}

export function takenKeys(table: Table, side: Side): ReadonlySet<string> {
  return new Set(table[side].map((each) => each.key));
}

/** A column more at the end: every row admits anything in it, or still has to say what it gives. */
export function addColumn(table: Table, side: Side): Table {
  const key = keyFor("", takenKeys(table, side), side === "inputs" ? "input" : "output");
  const column = { key, label: { "zh-CN": "" }, ...(side === "inputs" ? { value: "" } : {}) };
  return { ...table, [side]: [...table[side], column], rows: withCells(table, side, (cells) => [...cells, EMPTY[side]]) };
}

/** The column once more behind itself, with its cells, under a key of its own. */
export function copyColumn(table: Table, side: Side, at: number): Table {
  const column = table[side][at];
  if (!column) return table;
  const made = { ...column, key: keyFor(column.key, takenKeys(table, side), "column") };
  return { ...table, [side]: inserted<Column>(table[side], at + 1, made), rows: withCells(table, side, (cells) => inserted(cells, at + 1, cells[at] ?? EMPTY[side])) };
}

export function removeColumn(table: Table, side: Side, at: number): Table {
  const gone = <I,>(items: readonly I[]): readonly I[] => items.filter((_, place) => place !== at);
  return { ...table, [side]: gone<Column>(table[side]), rows: withCells(table, side, gone) };
}

export function moveColumn(table: Table, side: Side, from: number, to: number): Table {
  return { ...table, [side]: moved<Column>(table[side], from, to), rows: withCells(table, side, (cells) => moved(cells, from, to)) };
}

/** Another key for a column; what examples expect of an output follows it. */
export function rekeyed(table: Table, side: Side, at: number, key: string): Table {
  const before = table[side][at]?.key;
  if (before === undefined || before === key) return table;
  const made = { ...table, [side]: table[side].map((each, place) => (place === at ? { ...each, key } : each)) } as Table;
  if (side === "inputs" || !table.examples || table.outputs.filter((each) => each.key === before).length > 1) return made;
  const renamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renamed);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name === before ? key : name, inner as unknown])) : value;
  };
  return { ...made, examples: table.examples.map((each) => (each.expect["value"] === undefined ? each : { ...each, expect: { ...each.expect, value: renamed(each.expect["value"]) } })) };
}

/** The table in which inputs that read a name as it stands read another. */
export function reading(table: Table, name: string, next: string): Table {
  return { ...table, inputs: table.inputs.map((each) => (each.value.trim() === name && (each.dialect ?? "feel") === "feel" ? { ...each, value: next } : each)) };
}

/** Another name for a fact: inputs that read it as it stands and examples follow; formulas name it in their own text. */
export function renameFact(table: Table, index: number, key: string): Table {
  const listed = table.facts ?? [];
  const old = listed[index];
  if (old === undefined) return table;
  const before = asObject(old).key;
  const facts = listed.map((each, at) => (at !== index ? each : typeof each === "string" ? key : { ...each, key }));
  if (before === "" || listed.filter((each) => asObject(each).key === before).length > 1) return { ...table, facts };
  const examples = table.examples?.map((each) => ({ ...each, facts: Object.fromEntries(Object.entries(each.facts).map(([name, value]) => [name === before ? key : name, value])) }));
  return { ...reading(table, before, key), facts, ...(examples ? { examples } : {}) };
}

// two tabs on one table ------------------------------------------------------------------------------------------

function unique(columns: readonly Column[]): boolean {
  return columns.every((each) => each.key !== "") && new Set(columns.map((each) => each.key)).size === columns.length;
}

/** Rows with their cells under the keys of their columns, so that a cell stays with its column when both moved. */
export function spread(table: Table): unknown {
  if (!Array.isArray(table.rows) || !unique(table.inputs) || !unique(table.outputs)) return table;
  const under = (columns: readonly Column[], cells: readonly string[]): object => Object.fromEntries(columns.map((each, at) => [each.key, cells[at] ?? ""]));
  return { ...table, rows: table.rows.map((row) => ({ ...row, when: under(table.inputs, row.when), then: under(table.outputs, row.then) })) };
}

/** The way back. */
export function gathered(value: unknown): Table {
  const table = value as Table & { readonly rows: readonly (Omit<Row, "when" | "then"> & { readonly when: unknown; readonly then: unknown })[] };
  const listed = (columns: readonly Column[], cells: unknown, empty: string): readonly string[] =>
    Array.isArray(cells) ? (cells as string[]) : columns.map((each) => (cells as Record<string, string>)[each.key] ?? empty);
  const rows = table.rows.map((row) => ({ ...row, when: listed(table.inputs, row.when, EMPTY.inputs), then: listed(table.outputs, row.then, EMPTY.outputs) }));
  return { ...table, rows };
}
