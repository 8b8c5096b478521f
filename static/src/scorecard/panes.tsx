// The right side: panes that try the draft on one customer and tell its effect on all; without any, the side is not there.

import type { ComponentType, JSX } from "preact";
import { text as words } from "../lib/texts";
import type { Draft } from "../designer/draft";
import type { Body } from "./body";
import { TableTry } from "../table/try";
import { chosen, useDraft } from "./card";
import { ImpactPane } from "./impact";
import { TryPane } from "./try";

/**
 * One pane. It asks the server by addresses beside those of the designer: `POST …/design/try` (one customer) and
 * `POST …/design/impact` (all of them), with the document `draft.content.value`, and draws what comes back.
 */
export interface Pane {
  readonly key: string;
  readonly title: string;
  readonly view: ComponentType<{ readonly draft: Draft<Body> }>;
}

export const PANES: readonly Pane[] = [
  { key: "try", title: "js.card.try", view: TryPane },
  { key: "impact", title: "js.card.impact", view: ImpactPane },
];

export function Panes(): JSX.Element | null {
  const draft = useDraft();
  const now = chosen.value;
  if (PANES.length === 0) return null;
  return (
    <aside class="design-side" aria-label={words("js.card.panes")}>
      {now.kind === "table" && draft.body.value.tables?.[now.index] && (
        <section key={`table ${now.index}`} class="design-pane">
          <h2>{words("js.table.try")}</h2>
          <TableTry place={`/body/tables/${now.index}/table`} index={now.index} />
        </section>
      )}
      {PANES.map(({ key, title, view: View }) => (
        <section key={key} class="design-pane">
          <h2>{words(title)}</h2>
          <View draft={draft} />
        </section>
      ))}
    </aside>
  );
}
