// The rows as a grid: a column an input, an output, and the note; cells as people write them, marks as they type.

import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { text as words } from "../lib/texts";
import { tell, useBench } from "../designer/context";
import { Grid, type Column as GridColumn } from "../designer/grid";
import { noted, say, type Labels } from "../designer/labels";
import { Button } from "../designer/parts";
import type { Fix } from "../designer/problems";
import { misread, offers, shownEntry, shownTest, typedEntry, typedTest, type Vocabulary } from "./cell";
import { coverOf, type Finding } from "./cover";
import { linked, lit, stood, useTable, vocabulary, type Here } from "./host";
import { rowFor, rowsAfter, type Column, type Row, type Table } from "./model";

const MOST = 8;

function columnName(column: Column | undefined, language: string): string {
  return say(column?.label, language) || column?.key || words("js.card.unnamed");
}

/** What cells mean by column, and the texts of rows that were drawn with it. */
interface Known {
  readonly when: readonly Vocabulary[];
  readonly then: readonly Vocabulary[];
  readonly shown: WeakMap<Row, readonly string[]>;
}

/** Made anew only when a column, a name or a type changed: not by every letter typed into a cell. */
function useKnown(here: Here): Known {
  const { table, scope, words: found, draft } = here;
  const types = [...found.inputs, ...found.outputs].map((each) => [each?.type, each?.unit]);
  const depends = JSON.stringify([table.inputs, table.outputs, scope.map((each) => [each.name, each.type]), types, draft.language]);
  return useMemo(
    () => ({
      when: table.inputs.map((_, at) => vocabulary("inputs", at, here)),
      then: table.outputs.map((_, at) => vocabulary("outputs", at, here)),
      shown: new WeakMap(),
    }),
    [depends],
  );
}

/** A row as it is shown; the same list for the same row, so that it is not drawn again. */
function shownRow(row: Row, known: Known, language: string): readonly string[] {
  const kept = known.shown.get(row);
  if (kept) return kept;
  const made = [...known.when.map((each, at) => shownTest(row.when[at] ?? "-", each)), ...known.then.map((each, at) => shownEntry(row.then[at] ?? "", each)), say(row.note, language)];
  known.shown.set(row, made);
  return made;
}

export function Rows(): JSX.Element {
  const here = useTable();
  const { show } = useBench();
  const { table, place, draft } = here;
  const known = useKnown(here);
  const [inputs, outputs] = [table.inputs.length, table.outputs.length];
  const language = draft.language;
  const columns: GridColumn[] = [
    ...table.inputs.map((each, at) => ({ title: columnName(each, language), small: here.words.inputs[at]?.unit_words ?? each.unit ?? "", offers: offers(known.when[at] as Vocabulary), look: "long" as const })),
    ...table.outputs.map((each, at) => ({ title: columnName(each, language), small: here.words.outputs[at]?.unit_words ?? each.unit ?? "", offers: offers(known.then[at] as Vocabulary), begins: at === 0 })),
    { title: words("js.table.note"), look: "long", plain: true },
  ];
  const reading = {
    when: (column: number, text: string) => typedTest(text, known.when[column] as Vocabulary),
    then: (column: number, text: string) => typedEntry(text, known.then[column] as Vocabulary),
    note: (note: Labels | undefined, text: string) => noted(note, language, text),
  };
  const states = lit.value?.place === place ? lit.value.states : [];
  const others = linked.value?.place === place ? linked.value.rows : [];
  useEffect(() => () => void (stood.value = null), []);
  return (
    <Grid
      label={words("js.table.rows")}
      noun={words("js.table.row")}
      columns={columns}
      copies
      rows={table.rows.map((row) => shownRow(row, known, language))}
      onActs={(acts, group) => here.change("/rows", (now) => rowsAfter(now, acts, reading), group)}
      onHead={(column) => show(column < inputs ? `${place}/inputs/${column}` : `${place}/outputs/${column - inputs}`)}
      onStand={(spot) => {
        stood.value = spot;
        if (spot && linked.peek() && !linked.peek()?.rows.includes(spot.row)) linked.value = null;
      }}
      place={(row, column) => {
        if (column < inputs) return `${place}/rows/${row}/when/${column}`;
        return column < inputs + outputs ? `${place}/rows/${row}/then/${column - inputs}` : `${place}/rows/${row}/note`;
      }}
      about={{
        place: (row) => `${place}/rows/${row}`,
        look: (row) => [states[row] && `is-${states[row].state}`, others.includes(row) && "is-linked"].filter(Boolean).join(" ") || undefined,
        words: (row) => (states[row] ? [words(`js.table.state.${states[row].state}`), states[row].why].filter(Boolean).join(words("js.table.colon")) : ""),
      }}
      note={
        <>
          <Standing known={known} />
          <CoverLine />
        </>
      }
    />
  );
}

/** What the cell stood on means, where that is not plain, or what of it is often taken for something else. */
function Standing({ known }: { readonly known: Known }): JSX.Element | null {
  const { table, words: found, draft, place } = useTable();
  const spot = stood.value;
  const row = spot && table.rows[spot.row];
  if (!spot || !row) return <p class="design-said is-muted is-small" aria-hidden="true">{words("js.table.help_cell")}</p>;
  const inputs = table.inputs.length;
  const tests = spot.column < inputs;
  const at = tests ? spot.column : spot.column - inputs;
  const stored = (tests ? row.when[at] : row.then[at]) ?? "";
  const told = known[tests ? "when" : "then"][at];
  const odd = tests && told ? misread(stored, told) : null;
  const wrong = draft.problems.value.at(`${place}/rows/${spot.row}/${tests ? "when" : "then"}/${at}`);
  const shown = told ? (tests ? shownTest(stored, told) : shownEntry(stored, told)) : stored;
  const meant = found[tests ? "inputs" : "outputs"][at]?.said[stored];
  const said = meant === shown ? undefined : meant;
  const line = odd ? words(`js.table.misread.${odd}`, { text: stored }) : wrong.length > 0 ? wrong.map((each) => each.message).join(" ") : said ? words("js.card.said", { words: said }) : words("js.table.help_cell");
  return <p class={`design-said is-small ${odd ? "is-warn" : wrong.some((each) => each.severity === "error") ? "is-bad" : "is-muted"}`}>{line}</p>;
}

function cellWords({ row, part, column }: Finding, table: Table, language: string): string {
  const found = part === "when" ? table.inputs[column ?? -1] : part === "then" ? table.outputs[column ?? -1] : undefined;
  return found ? words("js.table.unread_cell", { row: (row ?? 0) + 1, column: columnName(found, language) }) : words("js.table.row_n", { row: (row ?? 0) + 1 });
}

/** Whole, or what is wrong with the rows together: each finding leads to its row, a gap to a row that fills it. */
function CoverLine(): JSX.Element {
  const here = useTable();
  const { draft, place, table } = here;
  const { show } = useBench();
  const cover = coverOf(draft.problems.value.all, place, table);
  const follow = ({ problem, row }: Finding): void => {
    linked.value = row === null ? null : { place, rows: problem.others ?? [] };
    show(problem.path);
  };
  const fill = (cells: readonly string[]): void => {
    const at = table.rows.length;
    here.change(`/rows/${at}/then/0`, (now) => rowFor(now, cells));
    tell(words("js.design.grid.added", { noun: words("js.table.row"), row: at + 1 }));
    show(`${place}/rows/${at}/then/0`);
  };
  /** Puts a cell right in one stroke, as long as it still says what the finding is about. */
  const mend = (path: string, { span: [from, to], text }: Fix): void => {
    const now = draft.at(path);
    if (typeof now !== "string" || to > now.length) return;
    draft.set(path, now.slice(0, from) + text + now.slice(to), false);
    show(path);
  };
  const few = cover.findings.slice(0, MOST);
  return (
    <div class="design-table-cover">
      <p role="status" class={`is-small mb-0 ${cover.sound.length > 0 ? "is-good" : ""}`}>
        {cover.sound.map((each) => words(`js.table.sound.${each}`)).join(words("js.table.between"))}
        {cover.findings.length > 0 && <span class="is-bad">{words("js.table.findings", { count: cover.findings.length })}</span>}
      </p>
      {few.length > 0 && (
        <ul class="design-table-findings">
          {few.map((each, at) => (
            <li key={at}>
              <button type="button" class={`btn-link ${each.problem.severity === "error" ? "is-bad" : "is-warn"}`} onClick={() => follow(each)}>
                {each.kind === "cell" ? `${cellWords(each, table, draft.language)}${words("js.table.colon")}` : ""}
                {each.problem.message}
              </button>
              {each.problem.fixes?.map((fix) => (
                <Button key={fix.words} words={fix.words} onClick={() => mend(each.problem.path, fix)} />
              ))}
              {each.problem.cells && <Button words={words("js.table.fill_gap")} icon="plus" onClick={() => fill(each.problem.cells ?? [])} />}
            </li>
          ))}
          {cover.findings.length > MOST && <li class="is-muted">{words("js.table.more_findings", { count: cover.findings.length - MOST })}</li>}
        </ul>
      )}
      {cover.unread.length > 0 && (
        <p class="is-small is-muted mb-0">
          {words("js.table.unread")}{" "}
          {cover.unread.slice(0, MOST).map((each) => (
            <button type="button" key={each.path} class="btn-link" onClick={() => show(each.path)}>
              {words("js.table.unread_cell", { row: each.row + 1, column: columnName(table.inputs[each.column], draft.language) })}
            </button>
          ))}
          {cover.unread.length > MOST && ` … ${cover.unread.length}`}
        </p>
      )}
    </div>
  );
}
