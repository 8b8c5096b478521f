// Where a table stands and what its parts share: its place, the names its formulas may use, what the try made of its rows.

import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Spot } from "../designer/cells";
import { useBench } from "../designer/context";
import type { Draft } from "../designer/draft";
import type { KnownFact } from "../designer/facts_model";
import type { ScopeName } from "../designer/formula";
import { parts, put } from "../designer/paths";
import { text as words } from "../lib/texts";
import { vocabularyOf, type Vocabulary } from "./cell";
import type { Column, Input, Side, Table } from "./model";

/** Where the table stands in the draft, and what its formulas may name there. */
export interface Host {
  /** `/body` of a table alone, `/body/tables/3/table` within a scorecard. */
  readonly place: string;
  readonly scope: readonly ScopeName[];
  /** Facts of other Definitions that can be taken over. */
  readonly known: readonly KnownFact[];
}

/** What the server says of one column: studio_table_words._column. */
interface ColumnWords {
  readonly type: string | null;
  readonly unit: string | null;
  readonly unit_words: string;
  readonly said: Readonly<Record<string, string>>;
}

interface Words {
  readonly tables?: Readonly<Record<string, Readonly<Record<Side, readonly ColumnWords[]>>>>;
  readonly formulas?: Readonly<Record<string, string>> | null;
}

export interface RowState {
  readonly state: "hit" | "met" | "unknown" | "missed";
  readonly why: string;
}

/** What the last try made of the rows of the table at a place; null where nothing is tried. */
export const lit = signal<{ readonly place: string; readonly states: readonly RowState[] } | null>(null);
/** Rows a finding that was followed is also about. */
export const linked = signal<{ readonly place: string; readonly rows: readonly number[] } | null>(null);
/** The cell stood on. */
export const stood = signal<Spot | null>(null);

const HOST = createContext<Host | null>(null);
export const HostProvider = HOST.Provider;

export interface Here extends Host {
  readonly draft: Draft<unknown>;
  readonly table: Table;
  /** Any change of the table as one step; `inner` is where to look at it again, such as `/rows/2`. */
  readonly change: (inner: string, make: (table: Table) => Table, group?: string | null) => void;
  readonly words: Readonly<Record<Side, readonly (ColumnWords | undefined)[]>>;
  readonly said: (inner: string) => string | undefined;
}

export function useTable(): Here {
  const host = useContext(HOST);
  const { draft } = useBench();
  if (!host) throw new Error("a part of a table stands outside its HostProvider");
  const { place } = host;
  const found = draft.words.value as Words | null;
  return {
    ...host,
    draft,
    table: draft.at(place) as Table,
    change: (inner, make, group = null) => draft.change(`${place}${inner}`, (content) => put(content, parts(place), make(draft.at(place) as Table)), group),
    words: found?.tables?.[place] ?? { inputs: [], outputs: [] },
    said: (inner) => found?.formulas?.[`${place}${inner}`],
  };
}

/** The type of a column as declared, as its fact has it, or as the server found out. */
export function kindOf(side: Side, at: number, { table, scope, words: found }: Here): string {
  const column = table[side][at];
  if (column?.type) return column.type;
  const name = side === "inputs" ? (column as Input | undefined)?.value.trim() : undefined;
  const fact = name === undefined ? undefined : scope.find((each) => each.name === name);
  if (fact && fact.type !== "any") return fact.type;
  return found[side][at]?.type ?? "any";
}

export function vocabulary(side: Side, at: number, here: Here): Vocabulary {
  const column: Column = here.table[side][at] ?? { key: "" };
  return vocabularyOf(column, {
    kind: kindOf(side, at, here),
    unit: column.unit ?? here.words[side][at]?.unit ?? null,
    names: new Set(here.scope.map((each) => each.name)),
    language: here.draft.language,
    yes: words("js.card.yes"),
    no: words("js.card.no"),
  });
}
