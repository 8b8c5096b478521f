// A condition built of choices, for people who write no formulas. It reads and writes the formula's text; a formula that is
// no such condition stands in the formula editor, as it was written.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { useTyped } from "../designer/fields";
import { FormulaField } from "../designer/formula";
import { say } from "../designer/labels";
import { Button, Findings } from "../designer/parts";
import { operatorsFor, pickedMoment, readCondition, valueFor, writtenMoment, writeCondition, type Condition, type Operator, type Term, type Value } from "./condition";
import { nameOfField, optionsOf, type Body, type Field } from "./body";
import { fieldNamed, page, scopeOf, typeOf, useDraft } from "./state";

export interface ConditionProps {
  readonly place: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Key of the sub-form in whose rows it is judged. */
  readonly inside: string | null;
  readonly label: string;
}

export function ConditionField({ place, text, onText, inside, label }: ConditionProps): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const found = text.trim() === "" ? { join: "and" as const, terms: [] } : readCondition(text);
  const known = found !== null && found.terms.every((each) => subject(body, inside, each.name) !== null);
  const [written, write] = useState(!known && found === null);
  const said = (draft.words.value as { readonly formulas?: Readonly<Record<string, string>> | null } | null)?.formulas?.[place];
  const problems = draft.problems.value.at(place);
  if (written || !known) {
    return (
      <div class="is-wide form-condition" role="group" aria-label={label}>
        <FormulaField text={text} dialect="feel" scope={scopeOf(body, inside)} problems={problems} label={label} place={place} onChange={onText} />
        {said && <p class="help">{words("js.form.said", { words: said })}</p>}
        {known ? <Button words={words("js.form.by_choices")} onClick={() => write(false)} /> : <p class="help">{words("js.form.only_formula")}</p>}
      </div>
    );
  }
  return (
    <div class="is-wide form-condition" role="group" aria-label={label}>
      <Terms place={place} condition={found} inside={inside} onChange={(next) => onText(next.terms.length === 0 ? "" : writeCondition(next))} />
      <Findings problems={problems} />
      {said && <p class="help">{words("js.form.said", { words: said })}</p>}
      <Button words={words("js.form.by_formula")} onClick={() => write(true)} />
    </div>
  );
}

const OPERATOR: Readonly<Record<Operator, string>> = {
  "=": "is", "!=": "is_not", "<": "below", "<=": "at_most", ">": "above", ">=": "at_least", in: "in", "not in": "not_in", empty: "empty", filled: "filled", has: "has", "has not": "has_not",
};

interface Subject {
  readonly feel: string;
  readonly field: Field | undefined;
}

/** The field or the copied value a name stands for, as a condition sees it; null for a name of neither. */
function subject(body: Body, inside: string | null, name: string): Subject | null {
  const own = inside ? fieldNamed(body, `${inside}.${name}`) : undefined;
  const [outer = "", member] = name.split(".");
  const field = own ?? fieldNamed(body, outer);
  if (!field || field.key === inside) return null;
  const feel = feelOf(field);
  if (member === undefined) return { feel, field };
  return field.type === "date_range" ? { feel: "date", field: undefined } : feel === "context" ? { feel: "string", field: undefined } : null;
}

/** As a condition sees it: one person is a text, and of files and rows only whether there are any can be asked. */
function feelOf(field: Field): string {
  if ((field.type === "user" || field.type === "department") && field["multiple"] !== true) return "string";
  if (field.fields || field.type === "attachment" || field.type === "image") return "context";
  return typeOf(field.type)?.feel ?? "any";
}

/** What conditions may be about: fields, the copied values of lookups, the two days of a range. */
function subjects(body: Body, inside: string | null, language: string): readonly { readonly name: string; readonly words: string }[] {
  const columns = inside ? (fieldNamed(body, inside)?.fields ?? []) : [];
  const outer = body.sections.flatMap((section) => section.fields).filter((each) => each.key !== inside && !columns.some((column) => column.key === each.key));
  return [...columns, ...outer].flatMap((field) => {
    const type = typeOf(field.type);
    if (type?.valued === false) return [];
    const label = nameOfField(field, language);
    const source = page.value.sources.find((each) => JSON.stringify(each.of) === JSON.stringify((field["source"] as { readonly of?: unknown } | undefined)?.of));
    const copied = ((field["source"] as { readonly copy?: readonly string[] } | undefined)?.copy ?? []).map((name) => ({ name: `${field.key}.${name}`, words: `${label} · ${source?.members.find((each) => each.value === name)?.words ?? name}` }));
    const ends = field.type === "date_range" ? ["start", "end"].map((end) => ({ name: `${field.key}.${end}`, words: `${label} · ${words(`js.form.${end}`)}` })) : [];
    return [{ name: field.key, words: label }, ...copied, ...ends];
  });
}

function Terms({ place, condition, inside, onChange }: { readonly place: string; readonly condition: Condition; readonly inside: string | null; readonly onChange: (next: Condition) => void }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const all = subjects(body, inside, draft.language);
  const put = (index: number, term: Term | null): void => {
    const terms = term === null ? condition.terms.filter((_, at) => at !== index) : condition.terms.map((each, at) => (at === index ? term : each));
    onChange({ ...condition, terms });
  };
  const fresh = (name: string): Term => {
    const found = subject(body, inside, name);
    const operator = operatorsFor(found?.feel ?? "string")[0] ?? "=";
    return withOperator({ name, operator, values: [] }, operator, found);
  };
  const add = (): void => {
    const first = all[0];
    if (first) onChange({ ...condition, terms: [...condition.terms, fresh(first.name)] });
  };
  return (
    <>
      {condition.terms.map((term, index) => {
        const found = subject(body, inside, term.name);
        const row = words("js.form.condition_n", { number: index + 1 });
        return (
          <div key={index} class="form-term" role="group" aria-label={row}>
            {index === 0 ? (
              <span class="form-join">{words("js.form.when")}</span>
            ) : (
              <select class="form-select form-join" aria-label={words("js.form.join")} value={condition.join} onChange={(event) => onChange({ ...condition, join: event.currentTarget.value === "or" ? "or" : "and" })}>
                <option value="and">{words("js.form.and")}</option>
                <option value="or">{words("js.form.or")}</option>
              </select>
            )}
            <select class="form-select" data-place={index === 0 ? place : undefined} aria-label={`${row} ${words("js.form.field")}`} value={term.name} onChange={(event) => put(index, fresh(event.currentTarget.value))}>
              {all.some((each) => each.name === term.name) ? null : <option value={term.name}>{term.name}</option>}
              {all.map((each) => (
                <option key={each.name} value={each.name}>
                  {each.words}
                </option>
              ))}
            </select>
            <select class="form-select form-operator" aria-label={`${row} ${words("js.form.operator")}`} value={term.operator} onChange={(event) => put(index, withOperator(term, event.currentTarget.value as Operator, found))}>
              {[...new Set([...operatorsFor(found?.feel ?? "string"), term.operator])].map((each) => (
                <option key={each} value={each}>
                  {words(`js.form.operator.${OPERATOR[each]}`)}
                </option>
              ))}
            </select>
            <Values label={`${row} ${words("js.form.value")}`} term={term} subject={found} onValues={(values) => put(index, { ...term, values })} />
            <Button words={words("js.form.remove_condition", { number: index + 1 })} icon="delete" onlyIcon onClick={() => put(index, null)} />
          </div>
        );
      })}
      <div class="actions">
        <Button words={words(condition.terms.length === 0 ? "js.form.add_first_condition" : "js.form.add_condition")} icon="plus" disabled={all.length === 0} onClick={add} />
      </div>
    </>
  );
}

/** The term under another operator: with the values that still make sense, or a first one. */
function withOperator(term: Term, operator: Operator, found: Subject | null): Term {
  if (operator === "empty" || operator === "filled") return { ...term, operator, values: [] };
  const feel = found?.feel.startsWith("list") ? "string" : (found?.feel ?? "string");
  const first = term.values[0] ?? valueFor(feel, optionsOf(found?.field)[0]?.code ?? "");
  return { ...term, operator, values: operator === "in" || operator === "not in" ? (term.values.length > 0 ? term.values : [first]) : [first] };
}

function shown(value: Value | undefined): string {
  if (!value) return "";
  return value.kind === "boolean" ? String(value.on) : value.text;
}

function Values({ label, term, subject: about, onValues }: { readonly label: string; readonly term: Term; readonly subject: Subject | null; readonly onValues: (values: readonly Value[]) => void }): JSX.Element | null {
  const { language } = useDraft();
  if (term.operator === "empty" || term.operator === "filled") return <span />;
  const many = term.operator === "in" || term.operator === "not in";
  const feel = about?.feel.startsWith("list") ? "string" : (about?.feel ?? "string");
  const options = optionsOf(about?.field);
  if (options.length > 0 && many) {
    const chosen = new Set(term.values.map(shown));
    return (
      <span class="form-term-many" role="group" aria-label={label}>
        {options.map((each) => (
          <label key={each.code}>
            <input
              type="checkbox"
              class="form-check-input"
              value={each.code}
              checked={chosen.has(each.code)}
              onChange={(event) => {
                const next = options.filter((one) => (one.code === each.code ? event.currentTarget.checked : chosen.has(one.code)));
                if (next.length > 0) onValues(next.map((one) => ({ kind: "text", text: one.code })));
                else event.currentTarget.checked = true; // a condition needs something to compare with
              }}
            />{" "}
            {say(each.label, language) || each.code}
          </label>
        ))}
      </span>
    );
  }
  if (options.length > 0 || feel === "boolean") {
    const yes = about?.field;
    const choices = feel === "boolean" ? ["true", "false"].map((value) => ({ value, words: say(yes?.[value === "true" ? "yes" : "no"] as never, language) || words(`js.form.${value}`) })) : options.map((each) => ({ value: each.code, words: say(each.label, language) || each.code }));
    const now = shown(term.values[0]);
    return (
      <select class="form-select" aria-label={label} value={now} onChange={(event) => onValues([valueFor(feel, event.currentTarget.value)])}>
        {choices.some((each) => each.value === now) ? null : <option value={now}>{now}</option>}
        {choices.map((each) => (
          <option key={each.value} value={each.value}>
            {each.words}
          </option>
        ))}
      </select>
    );
  }
  if (feel === "date and time" && !many) {
    const before = shown(term.values[0]);
    return <input autocomplete="off" aria-label={label} value={pickedMoment(before)} class="form-control" type="datetime-local" onChange={(event) => onValues([{ kind: "moment", text: writtenMoment(event.currentTarget.value, before, page.value.zone) }])} />;
  }
  const write = (text: string): void => {
    const texts = many ? text.split(/[,，、]/).map((each) => each.trim()).filter(Boolean) : [text.trim()];
    onValues(texts.map((each) => ({ kind: feel === "number" ? "number" : feel === "date" ? "date" : "text", text: each }) as Value));
  };
  const now = term.values.map(shown).join(", ");
  if (feel === "date" && !many) return <input autocomplete="off" aria-label={label} value={now} class="form-control" type="date" onChange={(event) => write(event.currentTarget.value)} />;
  return <Written label={label} value={now} number={feel === "number"} onText={(text) => write(feel === "number" && !many ? figure(text) : text)} />;
}

/** What is compared with, taken over letter by letter: whoever saves without leaving the field saves it too. */
function Written({ label, value, number, onText }: { readonly label: string; readonly value: string; readonly number: boolean; readonly onText: (text: string) => void }): JSX.Element {
  const [text, type] = useTyped(value);
  return (
    <input
      type="text"
      class={`form-control${number ? " is-number" : ""}`}
      inputMode={number ? "decimal" : undefined}
      autocomplete="off"
      aria-label={label}
      value={text}
      onInput={(event) => {
        type(event.currentTarget.value);
        onText(event.currentTarget.value);
      }}
      onBlur={() => type(null)}
    />
  );
}

/** A number as formulas write it: without separators and signs of other widths. */
function figure(text: string): string {
  const plain = text.normalize("NFKC").replace(/[,\s]/g, "");
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : "0";
}
