// What a scorecard is called, and how its figures are rounded.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { DecimalField, LabelFields, SelectField } from "../designer/fields";
import { Card } from "../designer/parts";
import type { Rounding } from "./body";
import { useDraft } from "./card";

const MODES = ["half_up", "half_even", "down", "floor", "ceiling"] as const;

export function SettingsPanel(): JSX.Element {
  return (
    <>
      <Card title={words("js.card.title")} place="/title">
        <div class="form-grid">
          <LabelFields place="/title" label={words("js.card.name")} />
        </div>
      </Card>
      <Card title={words("js.card.rounding")} small={words("js.card.rounding_help")} place="/body/rounding">
        {(["points", "dimension", "total"] as const).map((part) => (
          <RoundingRow key={part} part={part} />
        ))}
      </Card>
      <Card title={words("js.card.alert")} small={words("js.card.alert_help")} place="/body/alert_below">
        <div class="form-grid is-four">
          <DecimalField place="/body/alert_below" label={words("js.card.alert_below")} empty={null} />
        </div>
      </Card>
    </>
  );
}

function RoundingRow({ part }: { readonly part: string }): JSX.Element {
  const draft = useDraft();
  const place = `/body/rounding/${part}`;
  const now = draft.at(place) as Rounding | null | undefined;
  const places = ["", ...Array.from({ length: 7 }, (_, count) => String(count))];
  return (
    <fieldset class="design-rounding">
      <legend>{words(`js.card.rounding.${part}`)}</legend>
      <SelectField
        place={`${place}/places`}
        label={words("js.card.rounding.places")}
        value={now ? String(now.places) : ""}
        options={places.map((value) => ({ value, words: value === "" ? words("js.card.rounding.none") : words("js.card.rounding.n", { places: value }) }))}
        onChoice={(value) => draft.set(place, value === "" ? null : { places: Number(value), mode: now?.mode ?? "half_up" }, false)}
      />
      {now && <SelectField place={`${place}/mode`} label={words("js.card.rounding.mode")} options={MODES.map((value) => ({ value, words: words(`js.card.rounding.${value}`) }))} />}
    </fieldset>
  );
}
