// One factor: what it reads, its bands, what a missing value earns.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { CheckField, DecimalField, LabelFields, SelectField, TextField, type Option } from "../designer/fields";
import { FormulaField } from "../designer/formula";
import { keyFor, noted, say, type Labels } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import { asObject, renameFactor, shareOf, taken, takenBeside, withReading, type Body, type Factor } from "./body";
import { BandsEditor } from "./banding";
import { known, scopeOf, useDraft, useWords, variantOf } from "./card";

const UNITS = ["ratio", "percent", "days", "count", "years", "amount", "score"] as const;
const FORMULA = "=";
const FRESH = "+";
const FOREIGN = "~";

export function FactorPanel({ index }: { readonly index: number }): JSX.Element | null {
  const draft = useDraft();
  const body = draft.body.value;
  const factor = body.factors[index];
  if (!factor) return null;
  const place = `/body/factors/${index}`;
  const dimension = body.dimensions.find((each) => each.key === factor.dimension);
  const facts = [
    say(dimension?.label, draft.language),
    words("js.card.share", { share: shareOf(body, factor, variantOf(body)) }),
    factor.direction ? words(`js.card.direction.${factor.direction}`) : "",
  ];
  return (
    <Card title={say(factor.label, draft.language) || words("js.card.unnamed")} small={facts.filter(Boolean).join(" \u00b7 ")} place={place}>
      <div class="form-grid">
        <LabelFields place={`${place}/label`} label={words("js.card.factor_name")} onLabel={(label) => rename(draft, index, label)} />
      </div>
      {factor.note && <p class="is-muted is-small">{say(factor.note, draft.language)}</p>}
      <Reads factor={factor} place={place} />
      <div class="form-grid is-four">
        <DecimalField place={`${place}/weight`} label={words("js.card.weight_in")} unit="%" must empty="" />
        <SelectField place={`${place}/direction`} label={words("js.card.direction")} options={["higher", "lower", ""].map((value) => ({ value, words: words(`js.card.direction.${value || "none"}`) }))} />
        <SelectField place={`${place}/unit`} label={words("js.card.unit")} options={[...UNITS, ""].map((value) => ({ value, words: words(`js.card.unit.${value || "none"}`) }))} />
        <SelectField
          place={`${place}/dimension`}
          label={words("js.card.dimension")}
          options={body.dimensions.map((each) => ({ value: each.key, words: say(each.label, draft.language) || each.key }))}
        />
      </div>
      <BandsEditor factor={factor} place={place} />
      <details class="design-more">
        <summary>{words("js.card.more")}</summary>
        <div class="form-grid mt-1">
          <TextField
            place={`${place}/key`}
            label={words("js.card.key")}
            must
            help={words("js.card.key_help")}
            maxLength={60}
            onText={(key) => draft.change(`${place}/key`, (content) => ({ ...content, body: renameFactor(content.body, index, key) }), `${place}/key`)}
          />
          <TextField place={`${place}/source`} label={words("js.card.source")} help={words("js.card.source_help")} optional maxLength={60} />
          <NoteFields place={`${place}/note`} note={factor.note} />
          <CheckField place={`${place}/movable`} label={words("js.card.movable")} value={factor.movable !== false} onCheck={(on) => draft.set(`${place}/movable`, on ? undefined : false, false)} />
        </div>
      </details>
      <Findings problems={draft.problems.value.at(place)} />
    </Card>
  );
}

/** What people are told of the factor, in both languages. */
function NoteFields({ place, note }: { readonly place: string; readonly note: Labels | undefined }): JSX.Element {
  const draft = useDraft();
  const label = words("js.card.note");
  const write = (language: string, text: string): void => draft.set(place, noted(note, language, text));
  return (
    <>
      <TextField place={`${place}/zh-CN`} label={words("js.design.in_chinese", { label })} maxLength={200} onText={(text) => write("zh-CN", text)} />
      <TextField place={`${place}/en`} label={words("js.design.in_english", { label })} maxLength={200} onText={(text) => write("en", text)} />
    </>
  );
}

/** A key that was suggested from the old name follows the new one; a key of its own stays. */
function rename(draft: ReturnType<typeof useDraft>, index: number, label: Labels): void {
  const body = draft.body.peek();
  const factor = body.factors[index];
  if (!factor) return;
  const others = takenBeside(body, index);
  const suggested = keyFor(say(factor.label, "zh-CN"), others, "factor") === factor.key;
  const reads = body.facts.some((each) => asObject(each).key === factor.key);
  const key = suggested && !reads ? keyFor(say(label, "zh-CN"), others, "factor") : factor.key;
  const place = `/body/factors/${index}`;
  draft.change(`${place}/label/zh-CN`, (content) => ({ ...content, body: renameFactor(withFactor(content.body, index, { ...factor, label }), index, key) }), `${place}/label`);
}

function withFactor(body: Body, index: number, factor: Factor): Body {
  return { ...body, factors: body.factors.map((each, at) => (at === index ? factor : each)) };
}

/** Whether the formula there is being written: emptied, or a name alone for now, it must not go from under the fingers. */
function writes(place: string): boolean {
  const active = document.activeElement;
  return active instanceof HTMLElement && active.matches("textarea, [contenteditable]") && active.dataset["place"] === place;
}

/** A fact or the result of a formula as it stands, or a formula of the factor's own. */
function Reads({ factor, place }: { readonly factor: Factor; readonly place: string }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const said = useWords().formulas?.[`${place}/value`];
  const scope = scopeOf(body, false);
  const text = factor.value.trim();
  const plain = (factor.dialect ?? "feel") === "feel" && (text === "" || scope.some((each) => each.name === text));
  const name = (item: { readonly name: string; readonly label: Labels }): string => {
    const label = say(item.label, draft.language);
    return label && label !== item.name ? `${label}  ${item.name}` : item.name;
  };
  const groups = { fact: words("js.card.section.facts"), formula: words("js.card.section.formulas"), table: words("js.card.tables") } as Readonly<Record<string, string>>;
  const present = new Set(scope.map((each) => each.name));
  const fresh = say(factor.label, draft.language);
  const options: Option[] = [
    ...(text === "" ? [{ value: "", words: words("js.card.choose_value") }] : []),
    ...scope.map((each) => ({ value: each.name, words: name(each), group: groups[each.origin] ?? "" })),
    { value: FORMULA, words: words("js.card.by_formula"), group: words("js.card.other_values") },
    ...(fresh ? [{ value: FRESH, words: words("js.card.new_fact", { name: fresh }), group: words("js.card.other_values") }] : []),
    ...known.value
      .filter((each) => !present.has(each.key))
      .map((each) => ({ value: FOREIGN + each.key, words: name({ name: each.key, label: each.label ?? {} }), group: words("js.card.known_facts") })),
  ];
  const index = body.factors.indexOf(factor);
  const change = (make: (now: Body) => Body): void => draft.change(`${place}/value`, (content) => ({ ...content, body: make(content.body) }));
  const choose = (value: string): void => {
    if (value === FORMULA) change((now) => withReading(now, index, `${factor.value} `));
    else if (value === FRESH) {
      const key = keyFor(say(factor.label, "zh-CN"), takenBeside(body, index), "fact");
      const fact = { key, type: factor.bands.kind === "set" ? "string" : "number", label: factor.label };
      change((now) => withReading({ ...now, facts: [...now.facts, fact] }, index, key));
    } else if (value.startsWith(FOREIGN)) {
      const found = known.value.find((each) => each.key === value.slice(1));
      if (!found) return;
      change((now) => withReading({ ...now, facts: [...now.facts, taken(found)] }, index, found.key));
    } else change((now) => withReading(now, index, value));
  };
  const open = !plain || factor.value !== text || writes(`${place}/value`);
  return (
    <div class="design-reads">
      <SelectField place={open ? `${place}/reads` : `${place}/value`} label={words("js.card.reads")} must wide options={options} value={open ? FORMULA : text} onChoice={choose} />
      {open && (
        <FormulaField
          text={factor.value}
          dialect={factor.dialect ?? "feel"}
          scope={scope}
          onChange={(value, dialect) =>
            draft.change(`${place}/value`, (content) => ({ ...content, body: withFactor(content.body, index, { ...factor, value, ...(dialect === "feel" && !factor.dialect ? {} : { dialect }) }) }), `${place}/value`)
          }
          problems={draft.problems.value.at(`${place}/value`)}
          label={words("js.card.formula")}
          place={`${place}/value`}
        />
      )}
      {said && <p class="help">{words("js.card.said", { words: said })}</p>}
    </div>
  );
}
