// Checks: what must be true across fields, the sentence told when it is not, and how grave that is.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { LabelFields, SelectField } from "../designer/fields";
import { say } from "../designer/labels";
import { Card } from "../designer/parts";
import { nextId, type Check } from "./body";
import { ConditionField } from "./conditions";
import { fieldOptions, useDraft } from "./state";

export function ChecksView(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const fields = fieldOptions(body, draft.language, (_, at) => at.length === 2);
  return (
    <Card title={words("js.form.view.checks")} small={words("js.form.checks_help")} place="/body/checks">
      <Blocks
        place="/body/checks"
        noun={words("js.form.check")}
        items={body.checks ?? []}
        make={(): Check => ({ id: nextId(new Set((body.checks ?? []).map((each) => each.id)), "c"), formula: "", message: { "zh-CN": "" }, severity: "error", on_null: "pass" })}
        empty={words("js.form.checks_empty")}
        title={(check) => <span class="is-strong">{say(check.message, draft.language) || check.formula || check.id}</span>}
      >
        {(check, place) => (
          <div class="form-grid">
            <ConditionField place={`${place}/formula`} text={check.formula} inside={null} label={words("js.form.must_hold")} onText={(text) => draft.set(`${place}/formula`, text)} />
            <LabelFields place={`${place}/message`} label={words("js.form.message")} />
            <SelectField place={`${place}/severity`} label={words("js.form.severity")} value={check.severity ?? "error"} options={["error", "warn"].map((value) => ({ value, words: words(`js.form.severity.${value}`) }))} />
            <SelectField place={`${place}/on_null`} label={words("js.form.on_null")} value={check.on_null ?? "problem"} options={["pass", "problem"].map((value) => ({ value, words: words(`js.form.on_null.${value}`) }))} />
            <SelectField place={`${place}/field`} label={words("js.form.told_at")} options={[{ value: "", words: words("js.form.told_above") }, ...fields]} onChoice={(value) => draft.set(`${place}/field`, value === "" ? undefined : value, false)} />
          </div>
        )}
      </Blocks>
    </Card>
  );
}
