// The facts formulas may name, as a grid, and those known elsewhere that can be taken over.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { applied, type Act } from "./cells";
import { useBench } from "./context";
import { SelectField, type Option } from "./fields";
import { asObject, taken, type Fact, type FactObject, type KnownFact } from "./facts_model";
import { Grid } from "./grid";
import { keyFor, relabelled, say } from "./labels";
import { Card, Findings } from "./parts";
import { putList } from "./paths";

export const TYPES = ["number", "string", "boolean", "date", "date and time", "any"] as const;

export function typeOptions(): readonly Option[] {
  return TYPES.map((value) => ({ value, words: words(`js.card.type.${value.replaceAll(" ", "_")}`) }));
}

interface WithFacts {
  readonly facts?: readonly Fact[];
}

export interface FactsPanelProps<B extends WithFacts> {
  readonly help: string;
  readonly known: readonly KnownFact[];
  /** Names that are taken by anything in the body. */
  readonly keys: (body: B) => ReadonlySet<string>;
  /** Another name for a fact; what reads it follows. */
  readonly rename: (body: B, index: number, key: string) => B;
}

function write(fact: Fact, column: number, text: string): Fact {
  const old = asObject(fact);
  if (column === 1 || column === 2) {
    const label = relabelled(old.label, column === 1 ? "zh-CN" : "en", text);
    if (label["zh-CN"]) return { ...old, label };
    const { label: _, ...rest } = old; // a label without its Chinese words is none
    return label.en ? { ...rest, label } : rest;
  }
  if (column === 3) return { ...old, type: text };
  const { unit: _, ...rest } = old;
  return text === "" ? rest : { ...old, unit: text };
}

export function FactsPanel<B extends WithFacts>({ help, known, keys, rename }: FactsPanelProps<B>): JSX.Element {
  const { draft } = useBench<B>();
  const facts = (draft.body.value.facts ?? []).map(asObject);
  const make = (texts: readonly string[]): FactObject => {
    const key = texts[0] || keyFor(texts[2] || texts[1] || "", keys(draft.body.peek()), "fact");
    const zh = texts[1] || texts[2];
    const type = TYPES.find((each) => each === texts[3]) ?? "number";
    return { key, type, ...(zh ? { label: texts[2] ? { "zh-CN": zh, en: texts[2] } : { "zh-CN": zh } } : {}), ...(texts[4] ? { unit: texts[4] } : {}) };
  };
  const acts = (found: readonly Act[], group: string | null): void =>
    draft.change("/body/facts", (content) => {
      let next = content.body;
      const change = (act: Act): B => ({ ...next, facts: applied(next.facts ?? [], [act], make, write) });
      for (const act of found) {
        if (act.kind !== "set") next = change(act);
        else for (const edit of act.edits) next = edit.column === 0 ? rename(next, edit.row, edit.text) : change({ kind: "set", edits: [edit] });
      }
      return { ...content, body: next };
    }, group);
  const present = new Set(facts.map((each) => each.key));
  const foreign = known.filter((each) => !present.has(each.key));
  return (
    <Card title={words("js.card.section.facts")} small={help} place="/body/facts">
      <Grid
        label={words("js.card.section.facts")}
        noun={words("js.card.fact")}
        columns={[
          { title: words("js.card.key"), look: "long" }, { title: words("js.card.name_zh"), look: "long" }, { title: words("js.card.name_en"), look: "long" },
          { title: words("js.card.type"), options: typeOptions() }, { title: words("js.card.unit"), look: "short" },
        ]}
        rows={facts.map((each) => [each.key, each.label?.["zh-CN"] ?? "", each.label?.en ?? "", each.type ?? "any", each.unit ?? ""])}
        onActs={acts}
        place={(row, column) => `/body/facts/${row}/${["key", "label/zh-CN", "label/en", "type", "unit"][column]}`}
        note={<Findings problems={draft.problems.value.under("/body/facts")} />}
      />
      {foreign.length > 0 && (
        <div class="form-grid mt-1">
          <SelectField
            place="/body/facts/known"
            label={words("js.card.take_known")}
            help={words("js.card.take_known_help")}
            value=""
            options={[{ value: "", words: words("js.card.choose") }, ...foreign.map((each) => ({ value: each.key, words: `${say(each.label, draft.language) || each.key}  ${each.key}`, group: each.from }))]}
            onChoice={(key) => {
              const found = foreign.find((each) => each.key === key);
              if (found) draft.change(`/body/facts/${facts.length}`, (content) => putList(content, ["body", "facts"], (now) => [...now, taken(found)]));
            }}
          />
        </div>
      )}
    </Card>
  );
}
