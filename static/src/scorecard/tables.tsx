// The decision tables of a scorecard, in the order they are worked out, and one of them in the middle.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { LabelFields, TextField } from "../designer/fields";
import { keyFor, say, type Labels } from "../designer/labels";
import { Button, Card, Findings } from "../designer/parts";
import { put, says } from "../designer/paths";
import { TableEditor } from "../table/editor";
import { newTable } from "../table/model";
import { takenKeys, type NamedTable } from "./body";
import { chosen, known, scopeOf, useDraft } from "./card";

export function TablesPanel(): JSX.Element {
  const draft = useDraft();
  const tables = draft.body.value.tables ?? [];
  return (
    <Card title={words("js.card.section.tables")} small={words("js.card.tables_order")} place="/body/tables">
      <Blocks<NamedTable>
        place="/body/tables"
        noun={words("js.card.one_table")}
        items={tables}
        empty={words("js.card.no_tables")}
        make={() => ({ key: keyFor("", takenKeys(draft.body.peek()), "table"), label: { "zh-CN": "" }, table: newTable() })}
        title={(item) => (
          <>
            {say(item.label, draft.language) || item.key}{" "}
            <small class="is-muted">
              <span class="mono">{item.key}</span> {words("js.table.rows_count", { count: item.table.rows.length })}
            </small>
          </>
        )}
      >
        {(item, place, index) => (
          <>
            <Named item={item} place={place} index={index} />
            <div class="actions mt-1">
              <Button words={words("js.card.edit_table")} icon="edit" primary onClick={() => (chosen.value = { kind: "table", index })} />
            </div>
          </>
        )}
      </Blocks>
    </Card>
  );
}

function Named({ item, place, index }: { readonly item: NamedTable; readonly place: string; readonly index: number }): JSX.Element {
  const draft = useDraft();
  return (
    <div class="form-grid is-three">
      <LabelFields place={`${place}/label`} label={words("js.card.name")} onLabel={(label) => rename(draft, index, item, label)} />
      <TextField place={`${place}/key`} label={words("js.card.key")} must maxLength={60} />
    </div>
  );
}

/** A key that was suggested follows the name, as long as nothing names it. */
function rename(draft: ReturnType<typeof useDraft>, index: number, item: NamedTable, label: Labels): void {
  const body = draft.body.peek();
  const others = new Set([...takenKeys(body)].filter((key) => key !== item.key));
  const suggested = keyFor(item.label?.["zh-CN"] ?? "", others, "table") === item.key;
  const used = says([body.factors, body.knockouts, body.formulas, body.tables?.filter((_, at) => at !== index)], item.key);
  const key = suggested && !used ? keyFor(label["zh-CN"] ?? "", others, "table") : item.key;
  draft.change(`/body/tables/${index}/label/zh-CN`, (content) => put(content, ["body", "tables", index], { ...item, label, key }), `/body/tables/${index}/label`);
}

/** One table: what stands before it can be named in it. */
export function TablePanel({ index }: { readonly index: number }): JSX.Element | null {
  const draft = useDraft();
  const body = draft.body.value;
  const item = body.tables?.[index];
  if (!item) return null;
  const place = `/body/tables/${index}`;
  const later = new Set(body.tables?.slice(index).map((each) => each.key));
  const scope = scopeOf(body, false).filter((each) => each.origin !== "table" || !later.has(each.name));
  return (
    <>
      <Card
        title={say(item.label, draft.language) || item.key || words("js.card.unnamed")}
        small={words("js.card.tables_order")}
        aside={<Button words={words("js.card.all_tables")} icon="return" onClick={() => (chosen.value = { kind: "tables" })} />}
        place={place}
      >
        <Named item={item} place={place} index={index} />
        <Findings problems={draft.problems.value.at(place)} />
      </Card>
      <TableEditor host={{ place: `${place}/table`, scope, known: known.value }} />
    </>
  );
}
