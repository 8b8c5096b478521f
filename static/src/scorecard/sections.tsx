// The parts of a scorecard beside its factors, as a row above what is chosen.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { chosen, useDraft } from "./card";
import { SECTIONS } from "./places";

export function Sections(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value as unknown as Readonly<Record<string, readonly unknown[] | undefined>>;
  const problems = draft.problems.value;
  return (
    <nav aria-label={words("js.card.sections")}>
      <ul class="design-sections">
      {SECTIONS.map(({ kind, member }) => {
        const worst = problems.worst(`/body/${member}`) ?? (kind === "settings" ? problems.worst("/title") : null);
        const count = Array.isArray(body[member]) ? body[member].length : null;
        return (
          <li key={kind}>
            <button type="button" aria-current={chosen.value.kind === kind || (chosen.value.kind === "table" && kind === "tables") ? "true" : undefined} onClick={() => (chosen.value = { kind })}>
              <span class="name">{words(`js.card.section.${kind}`)}</span>
              {worst && <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`} aria-hidden="true" />}
              {count !== null && <span class="number">{count}</span>}
            </button>
          </li>
        );
      })}
      </ul>
    </nav>
  );
}
