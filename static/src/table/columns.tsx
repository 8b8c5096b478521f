// The columns of a table: what each is called and looks at or gives, which values it may have.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks, type BlockAct } from "../designer/blocks";
import type { Act } from "../designer/cells";
import { typeOptions } from "../designer/facts";
import { taken } from "../designer/facts_model";
import { CheckField, LabelFields, SelectField, TextField, useTyped, type Option } from "../designer/fields";
import { FormulaField } from "../designer/formula";
import { Grid } from "../designer/grid";
import { keyFor, say, type Labels } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import { parts, pointer, put, putList, says } from "../designer/paths";
import { allowedAfter, allowedRows, limited, limits, textsOf } from "./allowed";
import { offers, shownEntry, typedEntry } from "./cell";
import { kindOf, useTable, vocabulary, type Here } from "./host";
import { addColumn, copyColumn, moveColumn, rekeyed, removeColumn, takenKeys, type Column, type Input, type Output, type Side, type Table } from "./model";

const FORMULA = "=";
const FRESH = "+";
const FOREIGN = "~";
const FALLBACK = { inputs: "input", outputs: "output" } as const;

function withColumn<C extends Column>(table: Table, side: Side, at: number, make: (column: C) => Column): Table {
  return { ...table, [side]: (table[side] as readonly Column[]).map((each, place) => (place === at ? make(each as C) : each)) };
}

export function Columns({ side }: { readonly side: Side }): JSX.Element {
  const here = useTable();
  const { table, place, draft } = here;
  const apply = (act: BlockAct): void => {
    if (act.kind === "add") here.change(`/${side}/${table[side].length}`, (now) => addColumn(now, side));
    else if (act.kind === "move") here.change(`/${side}/${act.to}`, (now) => moveColumn(now, side, act.from, act.to));
    else if (act.kind === "copy") here.change(`/${side}/${act.at + 1}`, (now) => copyColumn(now, side, act.at));
    else here.change(`/${side}/${Math.max(0, act.at - 1)}`, (now) => removeColumn(now, side, act.at));
  };
  return (
    <Card title={words(`js.table.${side}`)} small={words(`js.table.${side}_help`)} place={`${place}/${side}`}>
      <Blocks<Column>
        place={`${place}/${side}`}
        noun={words(`js.table.one_of_${side}`)}
        items={table[side]}
        empty={words(`js.table.no_${side}`)}
        make={() => ({ key: "" })}
        apply={apply}
        copies
        title={(item) => (
          <>
            {say(item.label, draft.language) || item.key || words("js.card.unnamed")} <small class="is-muted">{side === "inputs" ? (item as Input).value : ""}</small>
          </>
        )}
      >
        {(item, at, index) => <ColumnBody key={index} column={item} side={side} place={at} index={index} />}
      </Blocks>
      <Findings problems={draft.problems.value.at(`${place}/${side}`)} />
    </Card>
  );
}

function ColumnBody({ column, side, place, index }: { readonly column: Column; readonly side: Side; readonly place: string; readonly index: number }): JSX.Element {
  const here = useTable();
  const kind = kindOf(side, index, here);
  const known = typeOptions().find((each) => each.value === kind)?.words ?? kind;
  const types = [{ value: "", words: words("js.table.type_auto", { type: known }) }, ...typeOptions()];
  return (
    <>
      <div class="form-grid is-four">
        <LabelFields place={`${place}/label`} label={words("js.card.name")} onLabel={(label) => rename(here, side, index, label)} />
        {side === "inputs" && <Reads column={column as Input} place={place} index={index} />}
        <SelectField place={`${place}/type`} label={words("js.card.type")} value={column.type ?? ""} options={types} onChoice={(type) => here.draft.set(`${place}/type`, type === "" ? undefined : type, false)} />
        <TextField place={`${place}/unit`} label={words("js.card.unit")} optional maxLength={40} />
        {side === "outputs" && <Default column={column as Output} place={`${place}/default`} index={index} />}
        <TextField place={`${place}/key`} label={words("js.card.key")} must maxLength={60} onText={(key) => here.change(`/${side}/${index}/key`, (now) => rekeyed(now, side, index, key), `${place}/key`)} />
      </div>
      <h3 class="part">{words("js.table.allowed")}</h3>
      <AllowedGrid column={column} side={side} place={place} index={index} textual={kind === "string"} />
    </>
  );
}

/** A key that was suggested follows the name, as long as nothing names it. */
function rename(here: Here, side: Side, at: number, label: Labels): void {
  const column = here.table[side][at];
  if (!column) return;
  const others = new Set([...takenKeys(here.table, side)].filter((key) => key !== column.key));
  const suggested = [say(column.label, "zh-CN"), ""].some((name) => keyFor(name, others, FALLBACK[side]) === column.key);
  const used = side === "outputs" && says(here.draft.content.peek().body, `.${column.key}`);
  const key = suggested && !used ? keyFor(say(label, "zh-CN"), others, FALLBACK[side]) : column.key;
  here.change(`/${side}/${at}/label/zh-CN`, (now) => withColumn(rekeyed(now, side, at, key), side, at, (each) => ({ ...each, label })), `${here.place}/${side}/${at}/label`);
}

/** Whether the formula there is being written: emptied, or a name alone for now, it must not go from under the fingers. */
function writes(place: string): boolean {
  const active = document.activeElement;
  return active instanceof HTMLElement && active.matches("textarea, [contenteditable]") && active.dataset["place"] === place;
}

/** A fact or an earlier result as it stands, or a formula of the column's own. */
function Reads({ column, place, index }: { readonly column: Input; readonly place: string; readonly index: number }): JSX.Element {
  const here = useTable();
  const { draft, scope, known } = here;
  const text = column.value.trim();
  const plain = (column.dialect ?? "feel") === "feel" && (text === "" || scope.some((each) => each.name === text));
  const name = (key: string, label: Labels | undefined): string => {
    const said = say(label, draft.language);
    return said && said !== key ? `${said}  ${key}` : key;
  };
  const groups: Readonly<Record<string, string>> = { fact: words("js.card.section.facts"), formula: words("js.card.section.formulas"), table: words("js.card.tables") };
  const present = new Set(scope.map((each) => each.name));
  const own = say(column.label, draft.language);
  const options: Option[] = [
    ...(text === "" ? [{ value: "", words: words("js.card.choose_value") }] : []),
    ...scope.map((each) => ({ value: each.name, words: name(each.name, each.label), group: groups[each.origin] ?? "" })),
    { value: FORMULA, words: words("js.card.by_formula"), group: words("js.card.other_values") },
    ...(own ? [{ value: FRESH, words: words("js.card.new_fact", { name: own }), group: words("js.card.other_values") }] : []),
    ...known.filter((each) => !present.has(each.key)).map((each) => ({ value: FOREIGN + each.key, words: name(each.key, each.label), group: words("js.card.known_facts") })),
  ];
  const at = `${place}/value`;
  const read = (value: string, fact?: object, label?: Labels): void =>
    draft.change(at, (content) => {
      const made = fact ? putList<typeof content, unknown>(content, ["body", "facts"], (now) => [...now, fact]) : content;
      const { dialect: _, ...rest } = column;
      const named = label?.["zh-CN"] && !say(column.label, "zh-CN") ? { label, key: keyFor(value, new Set([...takenKeys(here.table, "inputs")].filter((key) => key !== column.key)), "input") } : {};
      return put(made, parts(place), { ...rest, value, ...named });
    });
  const choose = (value: string): void => {
    if (value === FORMULA) read(`${column.value} `);
    else if (value === FRESH) {
      const key = keyFor(say(column.label, "zh-CN"), present, "fact");
      const kind = kindOf("inputs", index, here);
      read(key, { key, type: kind === "any" ? "number" : kind, ...(column.label?.["zh-CN"] ? { label: column.label } : {}) });
    } else if (value.startsWith(FOREIGN)) {
      const found = known.find((each) => each.key === value.slice(1));
      if (found) read(found.key, taken(found), found.label);
    } else read(value, undefined, scope.find((each) => each.name === value)?.label);
  };
  const open = !plain || column.value !== text || writes(at);
  const said = here.said(`/inputs/${index}/value`);
  return (
    <>
      <SelectField place={open ? `${place}/reads` : at} label={words("js.card.reads")} must options={options} value={open ? FORMULA : text} onChoice={choose} />
      {open && (
        <FormulaField
          text={column.value}
          dialect={column.dialect ?? "feel"}
          scope={scope}
          onChange={(value, dialect) => draft.change(at, (content) => put(content, parts(place), { ...column, value, ...(dialect === "feel" && !column.dialect ? {} : { dialect }) }), at)}
          problems={draft.problems.value.at(at)}
          label={words("js.card.formula")}
          place={at}
        />
      )}
      {said && <p class="help is-wide">{words("js.card.said", { words: said })}</p>}
    </>
  );
}

/** What holds where no row is hit; written as a cell of the column. */
function Default({ column, place, index }: { readonly column: Output; readonly place: string; readonly index: number }): JSX.Element {
  const here = useTable();
  const told = vocabulary("outputs", index, here);
  const [text, type] = useTyped(column.default === undefined ? "" : shownEntry(column.default, told));
  const problems = here.draft.problems.value.at(place);
  const wrong = problems.some((each) => each.severity === "error");
  const id = `default-${index}`;
  return (
    <div class={`field${wrong ? " has-errors" : ""}`}>
      <label for={id}>{words("js.table.default")}</label>
      <input
        id={id}
        class="form-control"
        type="text"
        autocomplete="off"
        maxLength={4000}
        list={`${id}-offers`}
        data-place={place}
        value={text}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={`${id}-help`}
        onInput={(event) => {
          type(event.currentTarget.value);
          const stored = typedEntry(event.currentTarget.value, told);
          here.draft.set(place, stored === "" ? undefined : stored);
        }}
        onBlur={() => type(null)}
      />
      <datalist id={`${id}-offers`}>
        {offers(told).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <p class="help" id={`${id}-help`}>
        {words("js.table.default_help")}
      </p>
      <Findings problems={problems} />
    </div>
  );
}

function AllowedGrid({ column, side, place, index, textual }: { readonly column: Column; readonly side: Side; readonly place: string; readonly index: number; readonly textual: boolean }): JSX.Element {
  const here = useTable();
  const acts = (found: readonly Act[], group: string | null): void =>
    here.change(`/${side}/${index}/allowed`, (now) => withColumn(now, side, index, (each) => allowedAfter(each, found, textual)), group);
  const rows = allowedRows(column, textual);
  const texts = textsOf(column);
  return (
    <Grid
      label={words("js.table.allowed_of", { column: say(column.label, here.draft.language) || column.key })}
      noun={words("js.table.one_allowed")}
      columns={[{ title: words(textual ? "js.table.allowed_text" : "js.table.allowed_test"), look: "long" }, ...(textual ? [{ title: words("js.table.called_zh"), look: "long" as const }, { title: words("js.table.called_en"), look: "long" as const }] : [])]}
      rows={textual ? rows : rows.map((each) => each.slice(0, 1))}
      onActs={acts}
      place={(row, cell) => (cell === 0 ? `${place}/allowed/${row}` : `${place}/labels${pointer([texts[row] ?? String(row)])}${cell === 1 ? "" : "/en"}`)}
      note={
        <>
          {textual && Object.keys(column.labels ?? {}).length > 0 && (
            <CheckField
              place={`${place}/limits`}
              label={words("js.table.allowed_only")}
              value={limits(column)}
              onCheck={(on) => here.change(`/${side}/${index}/allowed`, (now) => withColumn(now, side, index, (each) => limited(each, on)))}
            />
          )}
          <p class="is-small is-muted mb-0">{words(textual ? "js.table.allowed_help_text" : "js.table.allowed_help")}</p>
        </>
      }
    />
  );
}
