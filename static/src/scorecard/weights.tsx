// Weights: dimensions against variants, the factors of one dimension, and the variants themselves.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import type { Act } from "../designer/cells";
import { LabelFields, SelectField, TextField } from "../designer/fields";
import { readFigure } from "../designer/decimals";
import { Grid } from "../designer/grid";
import { keyFor, relabelled, say } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import {
  addDimension, addFactor, defaultVariant, factorsOf, innerWeight, missingWeight, moveDimension, moveFactor, removeDimension, removeFactor,
  shareOf, totalWeight, weightOf, withWeight, type Body, type Variant,
} from "./body";
import { known, useDraft, variantOf } from "./card";
import { Missing } from "./tree";

/** Dimensions and their weights in every variant; a sum that is not a hundred says what is missing. */
export function WeightsPanel(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const shown: readonly (Variant | null)[] = body.variants && body.variants.length > 0 ? body.variants : [null];
  const name = (each: Variant | null): string => (each ? say(each.label, draft.language) || each.key : words("js.card.weight"));
  const acts = (found: readonly Act[], group: string | null): void =>
    draft.change("/body/dimensions", (content) => ({ ...content, body: found.reduce((now, act) => dimensionsAfter(now, act, shown, draft.language), content.body) }), group);
  return (
    <>
      <Card title={words("js.card.section.weights")} small={words("js.card.weights_help")} place="/body/dimensions">
        <Grid
          label={words("js.card.section.weights")}
          noun={words("js.card.dimension")}
          columns={[{ title: words("js.card.dimension"), look: "long" }, ...shown.map((each) => ({ title: name(each), number: true }))]}
          rows={body.dimensions.map((each) => [say(each.label, draft.language), ...shown.map((one) => weightOf(body, each, one?.key ?? null))])}
          onActs={acts}
          place={(row, column) => {
            const one = shown[column - 1];
            if (column === 0) return `/body/dimensions/${row}/label`;
            return one ? `/body/variants/${column - 1}/weights/${body.dimensions[row]?.key ?? ""}` : `/body/dimensions/${row}/weight`;
          }}
          foot={
            <tr>
              <th scope="row" class="design-row" />
              <th>{words("js.card.sum")}</th>
              {shown.map((each, at) => {
                const total = totalWeight(body, each?.key ?? null);
                return (
                  <td key={at} class={`number is-strong ${missingWeight(total) === null ? "is-good" : "is-bad"}`}>
                    {total}% <Missing weight={missingWeight(total)} />
                  </td>
                );
              })}
            </tr>
          }
          note={<Findings problems={[...draft.problems.value.at("/body/dimensions"), ...shown.flatMap((_, at) => draft.problems.value.at(`/body/variants/${at}/weights`))]} />}
        />
      </Card>
      <VariantsCard />
    </>
  );
}

function dimensionsAfter(body: Body, act: Act, shown: readonly (Variant | null)[], language: string): Body {
  if (act.kind === "move") return moveDimension(body, act.from, act.to - act.from).body;
  if (act.kind === "remove") return Array.from({ length: act.count }).reduce<Body>((now) => removeDimension(now, act.from), body);
  if (act.kind === "insert") {
    return act.rows.reduce<Body>((now, texts, down) => {
      const at = act.at + down;
      const made = addDimension(now, texts[0] ?? "", language, at);
      return shown.reduce<Body>((each, one, column) => (texts[column + 1] ? withWeight(each, at, one?.key ?? null, weightText(texts[column + 1] ?? "")) : each), made);
    }, body);
  }
  return act.edits.reduce<Body>((now, { row, column, text }) => {
    if (column > 0) return withWeight(now, row, shown[column - 1]?.key ?? null, weightText(text));
    const dimensions = now.dimensions.map((each, at) => (at === row ? { ...each, label: relabelled(each.label, language === "en" ? "en" : "zh-CN", text) } : each));
    return { ...now, dimensions };
  }, body);
}

/** Weights are per cent already: a typed % sign says nothing more. */
function weightText(text: string): string {
  return readFigure(text.trim().replace(/[%\uff05]$/, ""), false);
}

function VariantsCard(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const variants = body.variants ?? [];
  const write = (next: Body, group: string | null): void => draft.change("/body/variants", (content) => ({ ...content, body: next }), group);
  const base = (): Record<string, string> => Object.fromEntries(body.dimensions.map((each) => [each.key, weightOf(body, each, defaultVariant(body))]));
  const acts = (found: readonly Act[], group: string | null): void => write(found.reduce((now, act) => variantsAfter(now, act, base()), body), group);
  return (
    <Card title={words("js.card.variants")} small={words("js.card.variants_help")} place="/body/variants">
      <Grid
        label={words("js.card.variants")}
        noun={words("js.card.variant")}
        columns={[{ title: words("js.card.key") }, { title: words("js.card.name_zh"), look: "long" }, { title: words("js.card.name_en"), look: "long" }]}
        rows={variants.map((each) => [each.key, each.label?.["zh-CN"] ?? "", each.label?.en ?? ""])}
        onActs={acts}
        place={(row, column) => `/body/variants/${row}/${["key", "label/zh-CN", "label/en"][column]}`}
      />
      {variants.length > 0 && (
        <div class="form-grid">
          <SelectField
            place="/body/default_variant"
            label={words("js.card.default_variant")}
            value={defaultVariant(body) ?? ""}
            options={variants.map((each) => ({ value: each.key, words: say(each.label, draft.language) || each.key }))}
            onChoice={(key) => {
              const dimensions = body.dimensions.map((each) => ({ ...each, weight: weightOf(body, each, key) }));
              write({ ...body, dimensions, default_variant: key }, null);
            }}
          />
        </div>
      )}
    </Card>
  );
}

function variantsAfter(body: Body, act: Act, weights: Record<string, string>): Body {
  const now = body.variants ?? [];
  let next: readonly Variant[] = now;
  let renamed: readonly [string, string] | null = null;
  if (act.kind === "insert") {
    const taken = new Set(now.map((each) => each.key));
    const fresh = act.rows.map((texts): Variant => {
      const zh = texts[1] || texts[2] || texts[0] || "";
      const key = texts[0] || keyFor(zh, taken, "variant");
      taken.add(key);
      return { key, label: texts[2] ? { "zh-CN": zh, en: texts[2] } : { "zh-CN": zh }, weights };
    });
    next = [...now.slice(0, act.at), ...fresh, ...now.slice(act.at)];
  } else if (act.kind === "remove") next = now.filter((_, at) => at < act.from || at >= act.from + act.count);
  else if (act.kind === "move") {
    const rest = now.filter((_, at) => at !== act.from);
    const item = now[act.from];
    next = item ? [...rest.slice(0, act.to), item, ...rest.slice(act.to)] : now;
  } else {
    for (const { row, column, text } of act.edits) {
      const old = next[row];
      if (!old) continue;
      if (column === 0) renamed = [old.key, text];
      const made = column === 0 ? { ...old, key: text } : { ...old, label: relabelled(old.label, column === 1 ? "zh-CN" : "en", text) };
      next = next.map((each, at) => (at === row ? made : each));
    }
  }
  if (next.length === 0) {
    const { variants: _, default_variant: __, ...rest } = body;
    return rest;
  }
  const follow = (key: string | undefined): string | undefined => (renamed && key === renamed[0] ? renamed[1] : key);
  const kept = follow(body.default_variant);
  const standard = next.some((each) => each.key === kept) && kept !== undefined ? kept : (next[0]?.key ?? "");
  const examples = body.examples?.map((each) => (each.variant === undefined ? each : { ...each, variant: follow(each.variant) ?? "" }));
  return { ...body, variants: next, default_variant: standard, ...(examples ? { examples } : {}) };
}

/** One dimension: its names, its weight, and the weights of its factors among each other. */
export function DimensionPanel({ index }: { readonly index: number }): JSX.Element | null {
  const draft = useDraft();
  const body = draft.body.value;
  const dimension = body.dimensions[index];
  if (!dimension) return null;
  const inner = factorsOf(body, dimension.key);
  const total = innerWeight(body, dimension.key);
  const shown = variantOf(body);
  const acts = (found: readonly Act[], group: string | null): void =>
    draft.change(`/body/dimensions/${index}`, (content) => ({ ...content, body: found.reduce((now, act) => factorsAfter(now, act, dimension.key, draft.language), content.body) }), group);
  const place = `/body/dimensions/${index}`;
  return (
    <Card title={say(dimension.label, draft.language) || words("js.card.unnamed")} small={words("js.card.dimension_share", { weight: weightOf(body, dimension, shown) || "0" })} place={place}>
      <div class="form-grid is-three">
        <LabelFields place={`${place}/label`} label={words("js.card.dimension_name")} />
        <TextField place={`${place}/key`} label={words("js.card.key")} must maxLength={60} onText={(key) => draft.change(`${place}/key`, (content) => ({ ...content, body: rekeyed(content.body, index, key) }), `${place}/key`)} />
      </div>
      <h3 class="part">{words("js.card.factors_of")}</h3>
      <Grid
        label={words("js.card.factors_of")}
        noun={words("js.card.factor")}
        columns={[{ title: words("js.card.factor"), look: "long" }, { title: words("js.card.weight_in"), number: true }, { title: words("js.card.share_column"), number: true }]}
        rows={inner.map(({ factor }) => [say(factor.label, draft.language), factor.weight, `${shareOf(body, factor, shown)}%`])}
        onActs={acts}
        fixed={(_row, column) => column === 2}
        place={(row, column) => `/body/factors/${inner[row]?.index ?? 0}/${["label", "weight", "share"][column]}`}
        foot={
          <tr>
            <th scope="row" class="design-row" />
            <th>{words("js.card.sum")}</th>
            <td class={`number is-strong ${missingWeight(total) === null ? "is-good" : "is-bad"}`}>
              {total}% {inner.length > 0 && <Missing weight={missingWeight(total)} />}
            </td>
            <td class="number is-muted">{weightOf(body, dimension, shown) || "0"}%</td>
          </tr>
        }
        note={<Findings problems={draft.problems.value.at(place)} />}
      />
      <p class="is-small is-muted mb-0">{words("js.card.open_factor")}</p>
    </Card>
  );
}

/** Another key for a dimension; factors and weights follow. */
function rekeyed(body: Body, index: number, key: string): Body {
  const before = body.dimensions[index]?.key;
  if (before === undefined || body.dimensions.some((each, at) => at !== index && (each.key === before || each.key === key))) {
    return { ...body, dimensions: body.dimensions.map((each, at) => (at === index ? { ...each, key } : each)) };
  }
  const variants = body.variants?.map((each) => ({ ...each, weights: Object.fromEntries(Object.entries(each.weights).map(([name, weight]) => [name === before ? key : name, weight])) }));
  return {
    ...body,
    dimensions: body.dimensions.map((each, at) => (at === index ? { ...each, key } : each)),
    factors: body.factors.map((each) => (each.dimension === before ? { ...each, dimension: key } : each)),
    ...(variants ? { variants } : {}),
  };
}

function factorsAfter(body: Body, act: Act, dimension: string, language: string): Body {
  const inner = factorsOf(body, dimension);
  const at = (row: number): number => inner[row]?.index ?? -1;
  if (act.kind === "remove") return Array.from({ length: act.count }, (_, step) => at(act.from + step)).reverse().reduce(removeFactor, body);
  if (act.kind === "move") {
    const step = act.to > act.from ? 1 : -1;
    let now = { body, index: at(act.from) };
    for (let count = Math.abs(act.to - act.from); count > 0; count -= 1) now = moveFactor(now.body, now.index, step);
    return now.body;
  }
  if (act.kind === "insert") {
    return act.rows.reduce<Body>((now, texts) => {
      const made = addFactor(now, dimension, texts[0] ?? "", language, known.peek());
      const weight = texts[1] ? weightText(texts[1]) : null;
      return weight === null ? made.body : { ...made.body, factors: made.body.factors.map((each, place) => (place === made.index ? { ...each, weight } : each)) };
    }, body);
  }
  return act.edits.reduce<Body>((now, { row, column, text }) => {
    const factors = now.factors.map((each, place) => {
      if (place !== at(row)) return each;
      return column === 1 ? { ...each, weight: weightText(text) } : { ...each, label: relabelled(each.label, language === "en" ? "en" : "zh-CN", text) };
    });
    return { ...now, factors };
  }, body);
}
