// The bands of a factor: a grid of limits and points, a list of values, a line, or the value itself.

import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import type { Act } from "../designer/cells";
import { DecimalField, SelectField, useTyped } from "../designer/fields";
import { readFigure } from "../designer/decimals";
import { Grid } from "../designer/grid";
import { Findings } from "../designer/parts";
import { parts, put } from "../designer/paths";
import { noted, say, type Labels } from "../designer/labels";
import { bandsOf, flipped, ownColumn, readsAsPercent, restLimits, STEPS_COLUMNS, stepRows, stepsAfter, VALUES_COLUMNS, valueRows, valuesAfter, type Mismatch } from "./bands";
import type { Bands, Factor, Steps } from "./body";
import { useDraft, useWords } from "./card";
import { SpreadNote, useSpread, type Columns } from "./spread";

/** How limits are shown, by factor: settled when a factor is first looked at, so that it does not change while one types. */
const percents = signal<ReadonlyMap<string, boolean>>(new Map());

function usePercent(factor: Factor): readonly [boolean, (on: boolean) => void] {
  const id = `${factor.key} ${factor.unit ?? ""}`;
  const kept = percents.value.get(id);
  const now = kept ?? readsAsPercent(factor);
  if (kept === undefined && factor.unit === "ratio") percents.value = new Map(percents.peek()).set(id, now);
  return [now, (on) => (percents.value = new Map(percents.peek()).set(id, on))];
}

export function BandsEditor({ factor, place }: { readonly factor: Factor; readonly place: string }): JSX.Element {
  const draft = useDraft();
  const [percent, setPercent] = usePercent(factor);
  const { bands } = factor;
  const at = `${place}/bands`;
  const counts = useSpread(factor.key);
  const kinds = ["steps", "set", "linear", "identity"] as const;
  return (
    <section class="design-bands" data-place={at} tabIndex={-1} aria-label={words("js.card.bands")}>
      <div class="design-bands-head">
        <h3>{words("js.card.bands")}</h3>
        <SelectField
          place={`${at}/kind`}
          label={words("js.card.band_kind")}
          value={bands.kind}
          options={kinds.map((value) => ({ value, words: words(`js.card.band_kind.${value}`) }))}
          onChoice={(kind) => draft.set(at, bandsOf(kind as Bands["kind"], factor.direction), false)}
        />
        {bands.kind === "steps" && (
          <SelectField
            place={`${at}/match`}
            label={words("js.card.match")}
            value={bands.match}
            options={(["gte", "lte"] as const).map((value) => ({ value, words: words(`js.card.match.${value}`) }))}
            onChoice={(match) => match !== bands.match && draft.set(at, flipped(bands), false)}
          />
        )}
        {factor.unit === "ratio" && (bands.kind === "steps" || bands.kind === "linear") && (
          <SelectField
            place={`${at}/shown`}
            label={words("js.card.shown")}
            value={percent ? "percent" : "decimal"}
            options={["percent", "decimal"].map((value) => ({ value, words: words(`js.card.shown.${value}`) }))}
            onChoice={(value) => setPercent(value === "percent")}
          />
        )}
      </div>
      {bands.kind === "steps" && <StepsGrid bands={bands} factor={factor} place={place} percent={percent} counts={counts} />}
      {bands.kind === "set" && <ValuesGrid bands={bands} factor={factor} place={place} counts={counts} />}
      {bands.kind === "linear" && <Line place={at} percent={percent} />}
      {bands.kind === "identity" && <p class="is-muted">{words("js.card.identity")}</p>}
      {(bands.kind === "linear" || bands.kind === "identity") && (
        <div class="table-scroll">
          <table class="data design-rest">
            <caption class="visually-hidden">{words("js.card.sample_of")}</caption>
            <thead>
              <tr>
                <th scope="col">{words("js.card.value_column")}</th>
                <th scope="col" class="number">
                  {words("js.card.points_column")}
                </th>
                <th scope="col" class="number">
                  {words("js.card.sample_column")}
                </th>
                <th scope="col" class="number">
                  {words("js.card.bad_column")}
                </th>
                <th scope="col" class="is-note">
                  {words("js.card.note")}
                </th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>{words("js.card.known_values")}</td>
                <td class="number is-muted">—</td>
                <Counted counted={counts.known} />
                <td />
              </tr>
              <MissingRow factor={factor} place={place} span={1} counts={counts} numbered={false} />
            </tbody>
          </table>
        </div>
      )}
      {bands.kind !== "steps" && <Findings problems={draft.problems.value.at(at)} />}
      <SpreadNote />
    </section>
  );
}

/** Whether the bands cover each value once: what the server said of them, in a line that is read out when it changes. */
function Cover({ place, mismatches, children }: { readonly place: string; readonly mismatches: readonly Mismatch[]; readonly children?: ComponentChildren }): JSX.Element {
  const draft = useDraft();
  const sound = useWords().sound[place];
  const problems = draft.problems.value.under(place).filter((each) => each.severity === "error");
  const warnings = draft.problems.value.under(place).filter((each) => each.severity === "warning");
  return (
    <div role="status" class="design-cover">
      {sound && problems.length === 0 ? <span class="is-good is-small">{words("js.card.sound")}</span> : <Findings problems={problems} />}
      <Findings problems={warnings} />
      {mismatches.map(({ row, kept, pasted }) => (
        <p key={row} class="is-warn is-small mb-0">
          {words("js.card.mismatch", { row: row + 1, kept, pasted })}
        </p>
      ))}
      {children}
    </div>
  );
}

interface GridOf<B> {
  readonly bands: B;
  readonly factor: Factor;
  readonly place: string;
  readonly counts: Columns;
}

function StepsGrid({ bands, factor, place, percent, counts }: GridOf<Steps> & { readonly percent: boolean }): JSX.Element {
  const draft = useDraft();
  const at = `${place}/bands`;
  const own = ownColumn(bands);
  const [mismatches, tell] = useState<readonly Mismatch[]>([]);
  const acts = (found: readonly Act[], group: string | null): void => {
    const after = stepsAfter(bands, found, percent, draft.language);
    tell(after.mismatches);
    // A typed % sign says that the value is a ratio, where nothing else was said.
    const ratio = (factor.unit ?? null) === null && found.some(hasPercent);
    draft.change(at, (content) => {
      const made = put(content, parts(at), after.bands);
      return ratio ? put(made, parts(`${place}/unit`), "ratio") : made;
    }, group);
  };
  const rest = restLimits(bands, percent);
  const columns = [
    { title: words(bands.match === "gte" ? "js.card.lower_in" : "js.card.lower_out"), look: "limit" as const, passed: own === 1 },
    { title: words(bands.match === "gte" ? "js.card.upper_out" : "js.card.upper_in"), look: "limit" as const, passed: own === 0 },
    { title: words("js.card.points_column"), number: true },
    ...TOLD.map((key) => ({ title: words(key), number: true, told: true })),
    { title: words("js.card.note"), look: "long" as const },
  ];
  const members: Readonly<Record<number, string>> = { [own]: "edge", [1 - own]: "beside", [STEPS_COLUMNS.points]: "points", [STEPS_COLUMNS.customers]: "customers", [STEPS_COLUMNS.rate]: "rate", [STEPS_COLUMNS.note]: "note" };
  return (
    <Grid
      label={words("js.card.bands")}
      noun={words("js.card.band")}
      columns={columns}
      rows={stepRows(bands, percent, counts.band, draft.language)}
      onActs={acts}
      place={(row, column) => `${at}/cuts/${row}/${members[column] ?? ""}`}
      fixed={(row, column) => column === 1 - own && row === 0}
      foot={
        <>
          <tr>
            <th scope="row" class="design-row">
              {bands.cuts.length + 1}
            </th>
            {bands.cuts.length === 0 ? (
              <td colSpan={2}>{words("js.card.all_values")}</td>
            ) : (
              rest.map((limit, column) => (
                <td key={column}>
                  {limit || <span class="visually-hidden">{words("js.card.open")}</span>}
                </td>
              ))
            )}
            <PointsCell place={`${at}/otherwise`} label={words("js.card.otherwise_points")} />
            <Counted counted={counts.band(bands.cuts.length)} />
            <NoteCell place={`${at}/otherwise_note`} label={words("js.card.otherwise_note")} />
          </tr>
          <MissingRow factor={factor} place={place} span={2} counts={counts} />
        </>
      }
      note={<Cover place={at} mismatches={mismatches} />}
    />
  );
}

function hasPercent(act: Act): boolean {
  const texts = act.kind === "set" ? act.edits.filter(({ column }) => column < 2).map(({ text }) => text) : act.kind === "insert" ? act.rows.flatMap((cells) => cells.slice(0, 2)) : [];
  return texts.some((text) => /[%\uff05]\s*$/.test(text));
}

const TOLD = ["js.card.sample_column", "js.card.bad_column"] as const;

function ValuesGrid({ bands, factor, place, counts }: GridOf<Extract<Bands, { kind: "set" }>>): JSX.Element {
  const draft = useDraft();
  const at = `${place}/bands`;
  const { points, customers, rate, note } = VALUES_COLUMNS;
  const members: Readonly<Record<number, string>> = { 0: "value", [points]: "points", [customers]: "customers", [rate]: "rate", [note]: "note" };
  return (
    <Grid
      label={words("js.card.bands")}
      noun={words("js.card.one_value")}
      columns={[
        { title: words("js.card.value_column"), look: "long" },
        { title: words("js.card.points_column"), number: true },
        ...TOLD.map((key) => ({ title: words(key), number: true, told: true })),
        { title: words("js.card.note"), look: "long" },
      ]}
      rows={valueRows(bands.values, counts.band, draft.language)}
      onActs={(acts, group) => draft.change(at, (content) => put(content, [...parts(at), "values"], valuesAfter(bands.values, acts, draft.language)), group)}
      place={(row, column) => `${at}/values/${row}/${members[column] ?? ""}`}
      foot={
        <>
          <tr>
            <th scope="row" class="design-row" />
            <td>{words("js.card.other_texts")}</td>
            <PointsCell place={`${at}/otherwise`} label={words("js.card.otherwise_points")} />
            <Counted counted={counts.band(bands.values.length)} />
            <NoteCell place={`${at}/otherwise_note`} label={words("js.card.otherwise_note")} />
          </tr>
          <MissingRow factor={factor} place={place} span={1} counts={counts} />
        </>
      }
      note={<Cover place={at} mismatches={[]} />}
    />
  );
}

/** A cell of <tfoot> that holds points: a field like any other, in the look of the grid. */
function PointsCell({ place, label }: { readonly place: string; readonly label: string }): JSX.Element {
  const draft = useDraft();
  const stored = draft.at(place);
  const [text, type] = useTyped(typeof stored === "string" ? stored : "");
  const worst = draft.problems.value.worst(place);
  return (
    <td class={`number design-cell${worst ? ` has-${worst}` : ""}`}>
      <input
        type="text"
        inputMode="decimal"
        autocomplete="off"
        aria-label={label}
        aria-invalid={worst === "error" ? "true" : undefined}
        title={draft.problems.value.at(place).map((each) => each.message).join("\n") || undefined}
        data-place={place}
        value={text}
        onInput={(event) => {
          type(event.currentTarget.value);
          draft.set(place, readFigure(event.currentTarget.value, false) || null);
        }}
        onBlur={() => type(null)}
      />
    </td>
  );
}

/** Cells of <tfoot> that tell what is counted. */
function Counted({ counted }: { readonly counted: readonly [string, string] }): JSX.Element {
  return (
    <>
      <td class="number is-counted">{counted[0]}</td>
      <td class="number is-counted">{counted[1]}</td>
    </>
  );
}

/** A cell of <tfoot> that holds a note in the reader's language. */
function NoteCell({ place, label }: { readonly place: string; readonly label: string }): JSX.Element {
  const draft = useDraft();
  const note = draft.at(place) as Labels | undefined;
  return (
    <td class="design-cell is-note">
      <input type="text" autocomplete="off" maxLength={200} aria-label={label} title={say(note, draft.language) || undefined} data-place={place} value={say(note, draft.language)} onInput={(event) => draft.set(place, noted(note, draft.language, event.currentTarget.value))} />
    </td>
  );
}

interface MissingProps {
  readonly factor: Factor;
  readonly place: string;
  readonly span: number;
  readonly counts: Columns;
  readonly numbered?: boolean;
}

function MissingRow({ factor, place, span, counts, numbered = true }: MissingProps): JSX.Element {
  const draft = useDraft();
  const at = `${place}/missing`;
  const fixed = typeof factor.missing === "object";
  return (
    <tr>
      {numbered && <th scope="row" class="design-row" />}
      <td colSpan={span}>
        <label class="design-missing-policy">
          <span>{words("js.card.missing")}</span>
          <select class="form-select" value={fixed ? "points" : "absent"} data-place={at} onChange={(event) => draft.set(at, event.currentTarget.value === "points" ? { points: "0" } : "absent", false)}>
            <option value="absent">{words("js.card.missing.absent")}</option>
            <option value="points">{words("js.card.missing.points")}</option>
          </select>
        </label>
      </td>
      {fixed ? <PointsCell place={`${at}/points`} label={words("js.card.missing_points")} /> : <td class="number is-muted">—</td>}
      <Counted counted={counts.missing} />
      <NoteCell place={`${place}/missing_note`} label={words("js.card.missing_note")} />
    </tr>
  );
}

function Line({ place, percent }: { readonly place: string; readonly percent: boolean }): JSX.Element {
  return (
    <div class="form-grid is-four">
      <DecimalField place={`${place}/from/value`} label={words("js.card.line_from")} percent={percent} empty="" must />
      <DecimalField place={`${place}/from/points`} label={words("js.card.line_points")} empty="" must />
      <DecimalField place={`${place}/to/value`} label={words("js.card.line_to")} percent={percent} empty="" must />
      <DecimalField place={`${place}/to/points`} label={words("js.card.line_points")} empty="" must />
    </div>
  );
}
