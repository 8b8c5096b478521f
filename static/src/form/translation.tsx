// All words of the form side by side, Chinese and English, in one grid; what lacks a language is marked.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Grid } from "../designer/grid";
import { relabelled } from "../designer/labels";
import { Card } from "../designer/parts";
import { parts, put } from "../designer/paths";
import { placeWords } from "./places";
import { useDraft } from "./state";
import { lacks, wordsOf } from "./words";

export function LabelsView(): JSX.Element {
  const draft = useDraft();
  const { title, body } = draft.content.value;
  const [only, setOnly] = useState(false);
  const all = wordsOf(body, title);
  const missing = all.filter((each) => lacks(each.label) !== null).length;
  const shown = only ? all.filter((each) => lacks(each.label) !== null) : all;
  const rows = shown.map((each) => {
    const lack = lacks(each.label);
    return [placeWords(each.place, draft), each.label["zh-CN"] ?? "", each.label.en ?? "", lack ? words(`js.form.labels.lacks.${lack === "en" ? "en" : "zh"}`) : ""];
  });
  return (
    <Card title={words("js.form.view.labels")} small={missing > 0 ? words("js.form.labels.missing", { count: missing }) : words("js.form.labels.complete")}>
      <label class="form-only">
        <input type="checkbox" class="form-check-input" checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} /> {words("js.form.labels.only_missing")}
      </label>
      <div class="form-labels">
      <Grid
        label={words("js.form.view.labels")}
        noun={words("js.form.labels.noun")}
        grows={false}
        columns={[{ title: words("js.form.labels.place"), told: true, look: "long" }, { title: words("js.form.labels.zh"), look: "long" }, { title: words("js.form.labels.en"), look: "long" }, { title: words("js.form.labels.state"), told: true, look: "short" }]}
        rows={rows}
        place={(row, column) => `${shown[row]?.place ?? ""}/${column === 2 ? "en" : "zh-CN"}`}
        onActs={(acts, group) =>
          draft.change(
            shown[0]?.place ?? "/title",
            (content) =>
              acts.reduce((now, act) => {
                if (act.kind !== "set") return now;
                return act.edits.reduce((made, edit) => {
                  const word = shown[edit.row];
                  if (!word) return made;
                  const before = edit.column === 2 ? "en" : "zh-CN";
                  const label = parts(word.place).reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], made);
                  return put(made, parts(word.place), relabelled(label as never, before, edit.text));
                }, now);
              }, content),
            group,
          )
        }
      />
      </div>
    </Card>
  );
}
