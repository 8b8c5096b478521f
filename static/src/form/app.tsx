// The designer of forms: the palette, the canvas and the properties of what is chosen; its other parts take the whole width.

import type { ComponentType, JSX } from "preact";
import { text as words } from "../lib/texts";
import { BookView } from "./book";
import { Canvas } from "./canvas";
import { ChecksView } from "./checks";
import { ImpactView } from "./impact";
import { LabelsView } from "./translation";
import { openPalette, Palette } from "./palette";
import { SECTIONS } from "./places";
import { PreviewView } from "./preview";
import { Properties } from "./properties";
import { RulesView } from "./rules";
import { SettingsView } from "./settings";
import { missing } from "./words";
import { page, useDraft, view, type View } from "./state";

const VIEWS: Readonly<Record<View, ComponentType>> = {
  canvas: Canvas, rules: RulesView, checks: ChecksView, book: BookView, labels: LabelsView, preview: PreviewView, impact: ImpactView, settings: SettingsView,
};

export function App(): JSX.Element {
  const now = view.value;
  const Shown = VIEWS[now];
  const whole = now !== "canvas";
  // From wherever the hands are: the next field.
  const press = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented || event.isComposing || whole) return;
    event.preventDefault();
    openPalette();
  };
  return (
    <div onKeyDown={press} class={`design-frame form-design${whole ? " is-whole" : " has-side"}`}>
      {!whole && <Palette />}
      <div class="design-middle">
        <Parts />
        <Shown />
      </div>
      {!whole && <Properties />}
    </div>
  );
}

function Parts(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const problems = draft.problems.value;
  const counts: Readonly<Partial<Record<View, number>>> = {
    canvas: body.sections.reduce((sum, section) => sum + section.fields.length, 0),
    rules: body.rules?.length ?? 0, checks: body.checks?.length ?? 0, labels: missing(body, draft.content.value.title),
  };
  return (
    <nav aria-label={words("js.form.parts")}>
      <ul class="design-sections">
        {SECTIONS.map(({ kind, member: about }) => {
          const access = kind === "book" && page.value.customers;
          const member = access ? "access" : about;
          const worst = member ? (problems.worst(`/body/${member}`) ?? (kind === "settings" ? problems.worst("/title") : null)) : null;
          const count = counts[kind];
          return (
            <li key={kind}>
              <button type="button" aria-current={view.value === kind ? "true" : undefined} onClick={() => (view.value = kind)}>
                <span class="name">{words(access ? "js.form.view.access" : `js.form.view.${kind}`)}</span>
                {worst && <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`}><span class="visually-hidden">{words(`js.design.has.${worst}`)}</span></span>}
                {count !== undefined && (kind !== "labels" || count > 0) && <span class="number">{kind === "labels" ? words("js.form.labels.missing", { count }) : count}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
