// What a lookup picks from, and which values of it are copied with the answer or shown as they are now.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { SelectField } from "../designer/fields";
import { same } from "../designer/paths";
import type { Field } from "./body";
import { page, useDraft } from "./state";

interface Setup {
  readonly of: string | { readonly form: string };
  readonly copy?: readonly string[];
  readonly live?: readonly string[];
}

export function SourceField({ place, field }: { readonly place: string; readonly field: Field }): JSX.Element {
  const draft = useDraft();
  const setup = (field["source"] ?? { of: "customer" }) as Setup;
  const sources = page.value.sources;
  const index = sources.findIndex((each) => same(each.of, setup.of));
  const found = sources[index];
  const known = new Set(found?.members.map((each) => each.value));
  const members = [...(found?.members ?? []), ...[...(setup.copy ?? []), ...(setup.live ?? [])].filter((each) => !known.has(each)).map((value) => ({ value, words: value }))];
  const tick = (list: "copy" | "live", name: string, on: boolean): void => {
    const other = list === "copy" ? "live" : "copy";
    const drop = (names: readonly string[] | undefined): readonly string[] => (names ?? []).filter((each) => each !== name);
    const next = { [list]: on ? [...drop(setup[list]), name] : drop(setup[list]), [other]: drop(setup[other]) };
    const filled = Object.fromEntries(Object.entries(next).filter(([, names]) => names.length > 0));
    draft.set(place, { of: setup.of, ...filled }, false);
  };
  return (
    <div class="is-wide form-source">
      <SelectField
        place={`${place}/of`}
        label={words("js.form.source.of")}
        must
        value={index < 0 ? JSON.stringify(setup.of) : String(index)}
        options={sources.map((each, at) => ({ value: String(at), words: each.words }))}
        onChoice={(value) => draft.set(place, { of: sources[Number(value)]?.of ?? "customer" }, false)}
      />
      {members.length > 0 && (
        <table class="data form-copied">
          <caption class="visually-hidden">{words("js.form.source.members")}</caption>
          <thead>
            <tr>
              <th scope="col">{words("js.form.source.value")}</th>
              <th scope="col">{words("js.form.source.copy")}</th>
              <th scope="col">{words("js.form.source.live")}</th>
            </tr>
          </thead>
          <tbody>
            {members.map((each) => (
              <tr key={each.value}>
                <th scope="row">{each.words}</th>
                {(["copy", "live"] as const).map((list) => (
                  <td key={list}>
                    <input type="checkbox" class="form-check-input" aria-label={`${each.words}: ${words(`js.form.source.${list}`)}`} checked={(setup[list] ?? []).includes(each.value)} onChange={(event) => tick(list, each.value, event.currentTarget.checked)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

