// Formulas, rules of knock-out and ceiling, grades: what the factors stand on and what comes after them.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { applied } from "../designer/cells";
import { LabelFields, SelectField, TextField } from "../designer/fields";
import { typeOptions } from "../designer/facts";
import { readFigure } from "../designer/decimals";
import { FormulaField, type Dialect } from "../designer/formula";
import { Grid } from "../designer/grid";
import { keyFor, relabelled, say, type Labels } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import { parts, put, says } from "../designer/paths";
import { takenKeys, type Formula, type Grade, type Rule } from "./body";
import { scopeOf, useDraft, useWords } from "./card";

/** A formula of a list item with its words below. */
function Text({ place, label, more }: { readonly place: string; readonly label: string; readonly more: boolean }): JSX.Element {
  const draft = useDraft();
  const [outer, member] = [place.slice(0, place.lastIndexOf("/")), place.slice(place.lastIndexOf("/") + 1)];
  const dialect = (draft.at(`${outer}/dialect`) as Dialect | undefined) ?? "feel";
  const said = useWords().formulas?.[place];
  return (
    <>
      <FormulaField
        text={String(draft.at(place) ?? "")}
        dialect={dialect}
        scope={scopeOf(draft.body.value, more)}
        onChange={(text, next) =>
          draft.change(place, (content) => {
            const made = put(content, [...parts(outer), member], text);
            return next === dialect ? made : put(made, [...parts(outer), "dialect"], next);
          }, place)
        }
        problems={draft.problems.value.at(place)}
        label={label}
        place={place}
      />
      {said && <p class="help is-wide">{words("js.card.said", { words: said })}</p>}
    </>
  );
}

export function FormulasPanel(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  return (
    <Card title={words("js.card.section.formulas")} small={words("js.card.formulas_help")} place="/body/formulas">
      <Blocks<Formula>
        place="/body/formulas"
        noun={words("js.card.one_formula")}
        items={body.formulas ?? []}
        empty={words("js.card.no_formulas")}
        make={() => ({ key: keyFor("", takenKeys(draft.body.peek()), "formula"), type: "number", text: "", label: { "zh-CN": "" } })}
        title={(item) => (
          <>
            {say(item.label, draft.language) || item.key} <code class="formula">{item.text}</code>
          </>
        )}
      >
        {(item, place, index) => (
          <div class="form-grid is-four">
            <LabelFields place={`${place}/label`} label={words("js.card.name")} onLabel={(label) => renameFormula(draft, index, item, label)} />
            <TextField place={`${place}/key`} label={words("js.card.key")} must maxLength={60} />
            <SelectField place={`${place}/type`} label={words("js.card.type")} options={typeOptions()} value={item.type ?? "any"} />
            <Text place={`${place}/text`} label={words("js.card.formula")} more={false} />
          </div>
        )}
      </Blocks>
    </Card>
  );
}

/** A key that was suggested follows the name, as long as nothing names it. */
function renameFormula(draft: ReturnType<typeof useDraft>, index: number, item: Formula, label: Labels): void {
  const body = draft.body.peek();
  const others = new Set([...takenKeys(body)].filter((key) => key !== item.key));
  const suggested = keyFor(item.label?.["zh-CN"] ?? "", others, "formula") === item.key;
  const used = says([body.factors, body.knockouts, body.tables, body.formulas?.filter((_, at) => at !== index)], item.key);
  const key = suggested && !used ? keyFor(label["zh-CN"] ?? "", others, "formula") : item.key;
  draft.change(`/body/formulas/${index}/label/zh-CN`, (content) => put(content, ["body", "formulas", index], { ...item, label, key }), `/body/formulas/${index}/label`);
}

export function RulesPanel(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const grades = body.grades.map((each) => ({ value: each.key, words: each.key }));
  const rules = body.knockouts ?? [];
  const next = (): string => {
    let count = rules.length + 1;
    while (rules.some((each) => each.id === `K${count}`)) count += 1;
    return `K${count}`;
  };
  return (
    <Card title={words("js.card.section.rules")} small={words("js.card.rules_help")} place="/body/knockouts">
      <Blocks<Rule>
        place="/body/knockouts"
        noun={words("js.card.one_rule")}
        items={rules}
        empty={words("js.card.no_rules")}
        make={() => ({ id: next(), effect: "knock_out", grade: draft.body.peek().grades.at(-1)?.key ?? null, when: "", on_unknown: "manual", label: { "zh-CN": "" } })}
        title={(item) => (
          <>
            <span class="mono">{item.id}</span> {say(item.label, draft.language) || words("js.card.unnamed")}{" "}
            <span class="is-muted">
              {words(`js.card.effect.${item.effect}`)} {item.effect === "manual" ? "" : (item.grade ?? "")}
            </span>
          </>
        )}
      >
        {(item, place) => (
          <div class="form-grid is-four">
            <LabelFields place={`${place}/label`} label={words("js.card.name")} />
            <TextField place={`${place}/id`} label={words("js.card.rule_id")} must maxLength={60} />
            <SelectField
              place={`${place}/on_unknown`}
              label={words("js.card.on_unknown")}
              value={item.on_unknown ?? (item.effect === "knock_out" ? "manual" : "name")}
              options={["manual", "name"].map((value) => ({ value, words: words(`js.card.on_unknown.${value}`) }))}
            />
            <SelectField
              place={`${place}/effect`}
              label={words("js.card.effect")}
              options={["knock_out", "ceiling", "manual"].map((value) => ({ value, words: words(`js.card.effect.${value}`) }))}
              onChoice={(effect) =>
                draft.change(`${place}/effect`, (content) => {
                  const { grade, ...rest } = item;
                  const kept = grade ?? body.grades.at(-1)?.key ?? null;
                  return put(content, parts(place), { ...rest, effect, ...(effect === "manual" ? {} : { grade: kept }) });
                })
              }
            />
            {item.effect !== "manual" && <SelectField place={`${place}/grade`} label={words("js.card.grade")} options={grades} />}
            <Text place={`${place}/when`} label={words("js.card.when")} more />
          </div>
        )}
      </Blocks>
    </Card>
  );
}

/** Ten styles spread over the ranks, as the server spreads them. */
export function gradeStyle(key: string, rank: number, of: number): string {
  const ladder = ["AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D"];
  const known_ = ladder.indexOf(key);
  if (known_ >= 0) return `grade-${known_ + 1}`;
  return of < 2 ? `grade-${rank + 1}` : `grade-${1 + Math.floor((2 * rank * 9 + of - 1) / (2 * (of - 1)))}`;
}

/** The ladder in one line: each grade with the score it begins at. */
export function Ladder({ grades }: { readonly grades: readonly Grade[] }): JSX.Element {
  return (
    <ul class="design-ladder">
      {grades.map((grade, rank) => {
        const above = grades.slice(0, rank).reverse().find((each) => each.min !== null)?.min;
        const low = grade.min !== null ? `≥ ${grade.min}` : above !== undefined && above !== "0" ? `< ${above}` : words("js.card.by_rule");
        return (
          <li key={rank}>
            <span class={`grade ${gradeStyle(grade.key, rank, grades.length)}`}>{grade.key || "?"}</span> {low}
          </li>
        );
      })}
    </ul>
  );
}

export function GradesPanel(): JSX.Element {
  const draft = useDraft();
  const grades = draft.body.value.grades;
  const write = (grade: Grade, column: number, text: string): Grade => {
    if (column === 0) return { ...grade, key: text };
    if (column === 1) return { ...grade, min: text.trim() === "" ? null : readFigure(text, false) };
    const label = relabelled(grade.label, column === 2 ? "zh-CN" : "en", text);
    const { label: _, ...rest } = grade;
    return label["zh-CN"] || label.en ? { ...rest, label } : rest;
  };
  const make = (texts: readonly string[]): Grade => texts.reduce<Grade>((grade, text, column) => (text === "" ? grade : write(grade, column, text)), { key: "", min: null });
  return (
    <Card title={words("js.card.section.grades")} small={words("js.card.grades_help")} place="/body/grades">
      <Ladder grades={grades} />
      <Grid
        label={words("js.card.section.grades")}
        noun={words("js.card.grade")}
        columns={[{ title: words("js.card.grade"), look: "short" }, { title: words("js.card.grade_min"), number: true }, { title: words("js.card.name_zh"), look: "long" }, { title: words("js.card.name_en"), look: "long" }]}
        rows={grades.map((each) => [each.key, each.min ?? "", each.label?.["zh-CN"] ?? "", each.label?.en ?? ""])}
        onActs={(acts, group) => draft.change("/body/grades", (content) => ({ ...content, body: { ...content.body, grades: applied(content.body.grades, acts, make, write) } }), group)}
        place={(row, column) => `/body/grades/${row}/${["key", "min", "label/zh-CN", "label/en"][column]}`}
        note={<Findings problems={draft.problems.value.under("/body/grades")} />}
      />
    </Card>
  );
}
