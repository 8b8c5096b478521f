// The right side: everything about the field or section that is chosen.

import type { ComponentChildren, JSX } from "preact";
import { text as words } from "../lib/texts";
import { CheckField, LabelFields, SelectField, TextField } from "../designer/fields";
import { FormulaField } from "../designer/formula";
import { say, type Labels } from "../designer/labels";
import { Button, Findings } from "../designer/parts";
import { moveSection, relocate, removeSection } from "./acts";
import { fieldAt, keyOf, nameAt, placeOf, withField, withSection, type At, type Field } from "./body";
import { Committed } from "./committed";
import { Member, memberWords, valueWords } from "./members";
import { labelLeft, rename } from "./naming";
import { addRule } from "./rules";
import { ownMembers, retyped, type Schema } from "./schema";
import { chosen, openCanvas, page, scopeOf, typeOf, useDraft, view } from "./state";

export function Properties(): JSX.Element {
  const draft = useDraft();
  const now = chosen.value;
  const body = draft.body.value;
  const field = now.kind === "field" ? fieldAt(body, now.at) : undefined;
  return (
    <aside class="form-properties" aria-label={words("js.form.properties")} onKeyDown={leave}>
      {now.kind === "field" && field ? <FieldProperties key={field.id} field={field} at={now.at} /> : <SectionProperties key={now.kind === "section" ? now.index : 0} index={now.kind === "section" ? now.index : now.at[0]} />}
    </aside>
  );
}

/** Escape leads back to the canvas, unless what is being typed makes use of it. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
  if (event.target instanceof Element && event.target.closest("[contenteditable]")) return;
  event.preventDefault();
  openCanvas();
}

function Part({ name, title, open = true, children }: { readonly name: string; readonly title: string; readonly open?: boolean; readonly children: ComponentChildren }): JSX.Element {
  return (
    <details class={`form-part is-${name}`} open={open}>
      <summary>
        <h3>{title}</h3>
      </summary>
      <div class="form-part-body">{children}</div>
    </details>
  );
}

/** Words in both languages that need not be there: emptied in both, they go. */
function Optional({ place, label }: { readonly place: string; readonly label: string }): JSX.Element {
  const draft = useDraft();
  const write = (next: Labels): void => draft.set(place, next["zh-CN"] || next.en ? next : undefined);
  return (
    <div class="form-pair">
      <LabelFields place={place} label={label} must={false} onLabel={write} />
    </div>
  );
}

function FieldProperties({ field, at }: { readonly field: Field; readonly at: At }): JSX.Element {
  const draft = useDraft();
  const place = placeOf(at);
  const type = typeOf(field.type);
  const members = type?.members ?? {};
  const flag = (name: string): JSX.Element | false => name in members && <CheckField place={`${place}/${name}`} label={memberWords(name)} value={field[name] === true} onCheck={(on) => draft.set(`${place}/${name}`, on ? true : undefined, false)} />;
  const own = ownMembers(members, type?.order ?? []);
  const computed = field.compute !== undefined;
  return (
    <>
      <h2>{say(field.label, draft.language) || field.key}</h2>
      <p class="is-muted is-small form-facts">
        {type ? say(type.label, draft.language) : field.type} · <span class="mono">{field.id}</span>
        {page.value.published[field.id] ? ` · ${words("js.form.since_published")}` : ""}
      </p>
      <Findings problems={draft.problems.value.at(place)} />
      <Part name="basic" title={words("js.form.part.basic")}>
        <div class="form-pair" onFocusOut={() => labelLeft(draft, field.id)}>
          <LabelFields place={`${place}/label`} label={memberWords("label")} />
        </div>
        <Committed place={`${place}/key`} label={memberWords("key")} value={field.key} must maxLength={64} help={words("js.form.help.key")} onText={(text) => void rename(draft, field.id, text.trim())} />
        {!page.value.published[field.id] && !field.fields && <TypeField field={field} at={at} />}
        {at.length === 2 && <HomeField field={field} at={at} />}
        <Optional place={`${place}/help`} label={memberWords("help")} />
        {"placeholder" in members && <Optional place={`${place}/placeholder`} label={memberWords("placeholder")} />}
      </Part>
      <Part name="asked" title={words("js.form.part.asked")}>
        {flag("required")}
        {flag("material")}
        {flag("personal")}
        {"unique" in members && at.length === 2 && <Choice place={place} name="unique" schema={members["unique"]} />}
      </Part>
      {own.length > 0 && (
        <Part name="type" title={words("js.form.part.type", { type: type ? say(type.label, draft.language) : field.type })}>
          {own.map(([name, schema]) => (
            <Member key={name} place={`${place}/${name}`} name={name} schema={schema} field={field} at={at} must={type?.needs.includes(name) ?? false} />
          ))}
        </Part>
      )}
      {"compute" in members && type?.feel !== "list" && type?.feel !== "context" && (
        <Part name="computed" title={words("js.form.part.computed")} open={computed}>
          <Computed field={field} at={at} place={place} />
        </Part>
      )}
      <Part name="shown" title={words("js.form.part.shown")}>
        {"on_hide" in members && <Choice place={place} name="on_hide" schema={members["on_hide"]} />}
        <RulesOf name={nameAt(draft.body.value, at)} />
      </Part>
    </>
  );
}

function Choice({ place, name, schema }: { readonly place: string; readonly name: string; readonly schema: Schema | undefined }): JSX.Element {
  const draft = useDraft();
  const at = `${place}/${name}`;
  return (
    <SelectField
      place={at}
      label={memberWords(name)}
      options={[{ value: "", words: words(`js.form.none_of.${name}`) }, ...(schema?.enum ?? []).map((value) => ({ value, words: valueWords(name, value) }))]}
      onChoice={(value) => draft.set(at, value === "" ? undefined : value, false)}
    />
  );
}

/** Another type: what both have in common stays. Only before the field was ever published. */
function TypeField({ field, at }: { readonly field: Field; readonly at: At }): JSX.Element {
  const draft = useDraft();
  const types = page.value.types.filter((each) => each.type === field.type || (!each.members["fields"] && (at.length === 2 || !each.outer)));
  return (
    <SelectField
      place={`${placeOf(at)}/type`}
      label={memberWords("type")}
      options={types.map((each) => ({ value: each.type, words: say(each.label, draft.language) }))}
      onChoice={(value) => {
        const type = typeOf(value);
        if (type) draft.change(placeOf(at), (content) => ({ ...content, body: withField(content.body, at, (now) => retyped(now, type, {})) }));
      }}
    />
  );
}

/** The section it stands in: for a field that has a long way to go. */
function HomeField({ at }: { readonly field: Field; readonly at: At }): JSX.Element | false {
  const draft = useDraft();
  const sections = draft.body.value.sections;
  return (
    sections.length > 1 && (
      <SelectField
        place={`/body/sections/${at[0]}/fields`}
        label={words("js.form.home")}
        value={String(at[0])}
        options={sections.map((each, index) => ({ value: String(index), words: say(each.title, draft.language) || each.key }))}
        onChoice={(value) => relocate(draft, at, [Number(value)], Number.MAX_SAFE_INTEGER)}
      />
    )
  );
}

function Computed({ field, at, place }: { readonly field: Field; readonly at: At; readonly place: string }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const said = (draft.words.value as { readonly formulas?: Readonly<Record<string, string>> | null } | null)?.formulas?.[`${place}/compute`];
  const write = (text: string): void => {
    const plain = text.trim() === "";
    draft.change(`${place}/compute`, (content) => ({ ...content, body: withField(content.body, at, ({ compute: _c, mode, ...rest }) => (plain ? ({ ...rest } as Field) : ({ ...rest, compute: text, mode: mode ?? "always" } as Field))) }), `${place}/compute`);
  };
  return (
    <>
      <FormulaField text={field.compute ?? ""} dialect="feel" scope={scopeOf(body, at.length === 3 ? (body.sections[at[0]]?.fields[at[1]]?.key ?? null) : null)} problems={draft.problems.value.at(`${place}/compute`)} label={memberWords("compute")} place={`${place}/compute`} onChange={write} />
      {said && <p class="help">{words("js.form.said", { words: said })}</p>}
      {field.compute !== undefined && <SelectField place={`${place}/mode`} label={memberWords("mode")} options={["always", "default"].map((value) => ({ value, words: valueWords("mode", value) }))} />}
    </>
  );
}

/** How many rules and where they are written. */
function RulesOf({ name }: { readonly name: string }): JSX.Element {
  const draft = useDraft();
  const rules = (draft.body.value.rules ?? []).filter((each) => each.target === name);
  return (
    <div class="form-rules">
      <p class="help">{rules.length === 0 ? words("js.form.no_rules") : words("js.form.ruled", { count: rules.length })}</p>
      <Button
        words={words("js.form.add_rule")}
        icon="plus"
        onClick={() => {
          addRule(draft, name);
          view.value = "rules";
        }}
      />
    </div>
  );
}

function SectionProperties({ index }: { readonly index: number }): JSX.Element | null {
  const draft = useDraft();
  const section = draft.body.value.sections[index];
  if (!section) return null;
  const place = `/body/sections/${index}`;
  const taken = new Set(draft.body.value.sections.filter((_, at) => at !== index).map((each) => each.key));
  /** A key that follows the English words goes on doing so; one that somebody chose stays. */
  const title = (next: Labels): void =>
    draft.change(`${place}/title/zh-CN`, (content) => ({ ...content, body: withSection(content.body, index, (now) => {
      const follows = now.key === keyOf(now.title?.en ?? "", taken, "section");
      return { ...now, title: next, key: follows ? keyOf(next.en ?? "", taken, "section") : now.key };
    }) }), `${place}/title`);
  return (
    <>
      <h2>{say(section.title, draft.language) || words("js.form.section")}</h2>
      <p class="is-muted is-small form-facts">{words("js.form.section")} · {words("js.form.fields_in", { count: section.fields.length })}</p>
      <Findings problems={draft.problems.value.at(place)} />
      <Part name="basic" title={words("js.form.part.basic")}>
        <div class="form-pair">
          <LabelFields place={`${place}/title`} label={memberWords("title")} onLabel={title} />
        </div>
        <Optional place={`${place}/help`} label={memberWords("help")} />
        <SelectField place={`${place}/columns`} label={memberWords("columns")} value={String(section.columns ?? 1)} options={["1", "2", "3", "4"].map((value) => ({ value, words: words("js.form.columns", { count: value }) }))} onChoice={(value) => draft.set(`${place}/columns`, Number(value), false)} />
        <SelectField place={`${place}/collapsed`} label={memberWords("collapsed")} value={section.collapsed === undefined ? "" : String(section.collapsed)} options={["", "false", "true"].map((value) => ({ value, words: words(`js.form.fold.${FOLDS[value] ?? ""}`) }))} onChoice={(value) => draft.set(`${place}/collapsed`, value === "" ? undefined : value === "true", false)} />
        <TextField place={`${place}/key`} label={memberWords("key")} must maxLength={64} />
      </Part>
      <div class="actions">
        <Button words={words("js.form.up")} icon="arrow-up" onlyIcon keys="Alt+ArrowUp" disabled={index === 0} onClick={() => moveSection(draft, index, index - 1)} />
        <Button words={words("js.form.down")} icon="arrow-down" onlyIcon keys="Alt+ArrowDown" disabled={index === draft.body.value.sections.length - 1} onClick={() => moveSection(draft, index, index + 1)} />
        <Button words={words("js.form.remove_section")} icon="delete" danger disabled={draft.body.value.sections.length < 2} onClick={() => removeSection(draft, index)} />
      </div>
    </>
  );
}

const FOLDS: Readonly<Record<string, string>> = { "": "never", false: "open", true: "closed" };
