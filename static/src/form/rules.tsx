// Rules: when a condition holds, a field is shown, required, locked, or offers only some of its options.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { tell } from "../designer/context";
import type { Draft } from "../designer/draft";
import { CheckField, SelectField } from "../designer/fields";
import { say } from "../designer/labels";
import { Card } from "../designer/parts";
import { parts, put } from "../designer/paths";
import type { Body, Rule } from "./body";
import { nextId } from "./body";
import { ConditionField } from "./conditions";
import { codesOf, fieldNamed, fieldOptions, typeOf, useDraft } from "./state";

const EFFECTS = ["show", "require", "lock", "options"] as const;

function fresh(body: Body, target: string): Rule {
  return { id: nextId(new Set((body.rules ?? []).map((each) => each.id)), "r"), effect: "show", target, when: "" };
}

/** A new rule for a field, its condition still to be chosen. */
export function addRule(draft: Draft<Body>, target: string): void {
  const rules = draft.body.peek().rules ?? [];
  draft.change(`/body/rules/${rules.length}`, (content) => ({ ...content, body: { ...content.body, rules: [...rules, fresh(content.body, target)] } }));
  tell(words("js.design.blocks.added", { noun: words("js.form.rule"), row: rules.length + 1 }));
  const place = `/body/rules/${rules.length}`;
  window.requestAnimationFrame(() => window.requestAnimationFrame(() => {
    const summary = document.querySelector<HTMLElement>(`summary[data-place="${place}"]`);
    summary?.closest("details")?.setAttribute("open", "");
    summary?.focus();
    window.setTimeout(() => summary?.parentElement?.querySelector<HTMLElement>("select")?.focus(), 60); // once it is drawn
  }));
}

export function RulesView(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const all = fieldOptions(body, draft.language, () => true);
  return (
    <Card title={words("js.form.view.rules")} small={words("js.form.rules_help")} place="/body/rules">
      <Blocks
        place="/body/rules"
        noun={words("js.form.rule")}
        items={body.rules ?? []}
        make={() => fresh(body, all[0]?.value ?? "")}
        empty={words("js.form.rules_empty")}
        title={(rule) => <RuleTitle rule={rule} />}
      >
        {(rule, place) => <RuleEditor rule={rule} place={place} />}
      </Blocks>
    </Card>
  );
}

function targetWords(body: Body, rule: Rule, language: string): string {
  const label = (name: string): string => say(fieldNamed(body, name)?.label, language) || name;
  const [outer = "", inner] = rule.target.split(".");
  return inner === undefined ? label(outer) : `${label(outer)} · ${label(rule.target)}`;
}

function RuleTitle({ rule }: { readonly rule: Rule }): JSX.Element {
  const draft = useDraft();
  const place = `/body/rules/${(draft.body.value.rules ?? []).indexOf(rule)}/when`;
  const said = (draft.words.value as { readonly formulas?: Readonly<Record<string, string>> | null } | null)?.formulas?.[place];
  return (
    <>
      <span class="is-strong">{words(`js.form.effect.${rule.effect}`, { target: targetWords(draft.body.value, rule, draft.language) })}</span>{" "}
      <span class="is-muted is-small">{said ?? rule.when}</span>
    </>
  );
}

function RuleEditor({ rule, place }: { readonly rule: Rule; readonly place: string }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const target = fieldNamed(body, rule.target);
  const inside = rule.target.includes(".") ? (rule.target.split(".")[0] ?? null) : null;
  const targets = fieldOptions(body, draft.language, (field) => rule.effect === "show" || (typeOf(field.type)?.valued ?? true));
  const effects = EFFECTS.filter((each) => each !== "options" || target?.options !== undefined || rule.effect === "options");
  const set = (next: Rule): void => draft.change(place, (content) => put(content, parts(place), next));
  const options = codesOf(target, draft.language);
  return (
    <>
      <div class="form-grid">
        <SelectField place={`${place}/target`} label={words("js.form.target")} must options={targets} onChoice={(value) => {
          const { options: _, ...rest } = rule;
          set({ ...rest, target: value, effect: rule.effect === "options" ? "show" : rule.effect });
        }} />
        <SelectField place={`${place}/effect`} label={words("js.form.then")} must options={effects.map((value) => ({ value, words: words(`js.form.then.${value}`) }))} onChoice={(effect) => {
          const { options: _, ...rest } = rule;
          set(effect === "options" ? { ...rest, effect, options: options.slice(0, 1).map((each) => each.value) } : { ...rest, effect });
        }} />
        <ConditionField place={`${place}/when`} text={rule.when} inside={inside} label={words("js.form.when")} onText={(text) => draft.set(`${place}/when`, text)} />
        {rule.effect === "options" && (
          <fieldset class="field is-wide form-ticks" data-place={`${place}/options`} tabIndex={-1}>
            <legend>{words("js.form.only")}</legend>
            {options.map((each) => (
              <CheckField key={each.value} place={`${place}/options/${options.indexOf(each)}`} label={each.words} value={(rule.options ?? []).includes(each.value)} onCheck={(on) => set({ ...rule, options: options.map((one) => one.value).filter((code) => (code === each.value ? on : (rule.options ?? []).includes(code))) })} />
            ))}
          </fieldset>
        )}
      </div>
    </>
  );
}
