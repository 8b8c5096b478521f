// What the form is called, which fields stand for an answered one in lists, and fields that older versions asked.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { CheckField, LabelFields, SelectField } from "../designer/fields";
import { say } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import { fieldOptions, typeOf, useDraft } from "./state";

export function SettingsView(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const summary = body.summary ?? [];
  const fields = fieldOptions(body, draft.language, (field, at) => at.length === 2 && !field.fields && (typeOf(field.type)?.valued ?? true));
  const tick = (key: string, on: boolean): void => {
    const next = on ? [...summary, key] : summary.filter((each) => each !== key);
    draft.set("/body/summary", next.length > 0 ? next : undefined, false);
  };
  return (
    <>
      <Card title={words("js.form.settings.title")} place="/title">
        <div class="form-grid">
          <LabelFields place="/title" label={words("js.form.settings.name")} />
          <SelectField place="/body/arrangement" label={words("js.form.arrangement")} value={body.arrangement ?? "stacked"} options={["stacked", "tabs"].map((value) => ({ value, words: words(`js.form.arrangement.${value}`) }))} onChoice={(value) => draft.set("/body/arrangement", value === "tabs" ? value : undefined, false)} />
        </div>
      </Card>
      <Card title={words("js.form.settings.summary")} small={words("js.form.settings.summary_help")} place="/body/summary">
        <div class="form-ticks">
          {fields.map((each) => (
            <CheckField key={each.value} place={`/body/summary/${Math.max(0, summary.indexOf(each.value))}`} label={each.words} value={summary.includes(each.value)} onCheck={(on) => tick(each.value, on)} />
          ))}
        </div>
        <Findings problems={draft.problems.value.under("/body/summary")} />
      </Card>
      {(body.removed ?? []).length > 0 && (
        <Card title={words("js.form.settings.removed")} small={words("js.form.settings.removed_help")} place="/body/removed">
          <ul class="form-removed">
            {(body.removed ?? []).map((each) => (
              <li key={each.id}>
                {say(each.label, draft.language) || each.key} <span class="is-muted is-small mono">{each.id} {each.key}</span> <span class="is-muted is-small">{words("js.form.settings.last_version", { version: each.last_version })}</span>
              </li>
            ))}
          </ul>
          <Findings problems={draft.problems.value.under("/body/removed")} />
        </Card>
      )}
    </>
  );
}
