// The members a type adds to a field's setup, each with the control its schema asks for: new types need no line here.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { CheckField, DecimalField, LabelFields, SelectField, TextField } from "../designer/fields";
import { FormulaField } from "../designer/formula";
import { Committed } from "./committed";
import type { At, Field } from "./body";
import { OptionsField } from "./options";
import { controlOf, type Schema } from "./schema";
import { SourceField } from "./source";
import { fieldOptions, scopeOf, useDraft, worded } from "./state";

export interface MemberProps {
  readonly place: string;
  readonly name: string;
  readonly schema: Schema;
  readonly field: Field;
  readonly at: At;
  readonly must: boolean;
}

export function memberWords(name: string): string {
  return worded(`js.form.member.${name}`, name);
}

export function valueWords(name: string, value: string): string {
  return worded(`js.form.value.${name}.${value}`, worded(`js.form.value.${value}`, value));
}

/** A number without fraction as JSON holds it; what is none is kept as text, so that its problem can be told. */
export function readInteger(text: string): number | string | undefined {
  const plain = text.normalize("NFKC").trim();
  if (plain === "") return undefined;
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : plain;
}

export function Member({ place, name, schema, field, at, must }: MemberProps): JSX.Element | null {
  const draft = useDraft();
  const label = memberWords(name);
  const help = worded(`js.form.help.${name}`, "") || undefined;
  const body = draft.body.value;
  const own = field[name];
  const shared = { place, label, must, ...(help ? { help } : {}) };
  switch (controlOf(name, schema)) {
    case "label":
      return (
        <div class="form-pair">
          <LabelFields {...shared} />
        </div>
      );
    case "decimal":
      return <DecimalField {...shared} percent={field.type === "percent"} {...(field.type === "percent" ? { unit: "%" } : {})} />;
    case "integer":
      return <Committed {...shared} number value={own === undefined ? "" : String(own)} onText={(text) => draft.set(place, readInteger(text), false)} />;
    case "boolean":
      return <CheckField place={place} label={label} value={own === true || (own === undefined && schema.default === true)} onCheck={(on) => draft.set(place, on, false)} />;
    case "choice":
      return (
        <SelectField
          {...shared}
          options={[...(must ? [] : [{ value: "", words: words("js.form.as_usual") }]), ...(schema.enum ?? []).map((value) => ({ value, words: valueWords(name, value) }))]}
          onChoice={(value) => draft.set(place, value === "" ? undefined : value, false)}
        />
      );
    case "choices":
      return <Choices place={place} label={label} name={name} values={schema.items?.enum ?? []} chosen={(own as readonly string[] | undefined) ?? []} />;
    case "formula":
      return <FormulaField text={String(own ?? "")} dialect="feel" scope={scopeOf(body, inside(body, at))} problems={draft.problems.value.at(place)} label={label} place={place} onChange={(text) => draft.set(place, text === "" ? undefined : text)} />;
    case "field": {
      const options = fieldOptions(body, draft.language, (other, where) => where.length === at.length && other.id !== field.id && fitsMember(name, other) && (at.length === 2 || where[1] === at[1]));
      return <SelectField {...shared} options={[{ value: "", words: words("js.form.none") }, ...options.map((each) => ({ ...each, value: each.value.split(".").at(-1) ?? "" }))]} onChoice={(value) => draft.set(place, value === "" ? undefined : value, false)} />;
    }
    case "options":
      return <OptionsField place={place} field={field} parent={String(field["depends_on"] ?? "")} at={at} />;
    case "source":
      return <SourceField place={place} field={field} />;
    case "words":
      return <Committed {...shared} value={(Array.isArray(own) ? own : []).join(", ")} onText={(text) => draft.set(place, listed(text), false)} />;
    case "json":
      return <Committed {...shared} rows={4} value={own === undefined ? "" : JSON.stringify(own, null, 1)} onText={(text) => draft.set(place, readJson(text), false)} />;
    case "none":
      return null;
    default:
      return <TextField {...shared} optional={!must} />;
  }
}

function inside(body: { readonly sections: readonly { readonly fields: readonly Field[] }[] }, at: At): string | null {
  return at.length === 3 ? (body.sections[at[0]]?.fields[at[1]]?.key ?? null) : null;
}

function fitsMember(name: string, other: Field): boolean {
  if (name === "lookup") return other.type === "lookup";
  return name === "depends_on" ? other.type === "choice" : true;
}

function listed(text: string): readonly string[] | undefined {
  const found = text.split(/[,，、\n]/).map((each) => each.trim()).filter(Boolean);
  return found.length > 0 ? found : undefined;
}

/** JSON as typed; what is none stays text, and the server says so. */
function readJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function Choices({ place, label, name, values, chosen }: { readonly place: string; readonly label: string; readonly name: string; readonly values: readonly string[]; readonly chosen: readonly string[] }): JSX.Element {
  const draft = useDraft();
  return (
    <fieldset class="field is-wide form-ticks" data-place={place} tabIndex={-1}>
      <legend>{label}</legend>
      {values.map((value) => (
        <CheckField
          key={value}
          place={`${place}/${values.indexOf(value)}`}
          label={valueWords(name, value)}
          value={chosen.includes(value)}
          onCheck={(on) => {
            const next = values.filter((each) => (each === value ? on : chosen.includes(each)));
            draft.set(place, next.length > 0 ? next : undefined, false);
          }}
        />
      ))}
    </fieldset>
  );
}
