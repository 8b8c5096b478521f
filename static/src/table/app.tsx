// The designer of a table alone: its parts as a row, what is chosen in the middle, the try at the right.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { useBench } from "../designer/context";
import { FactsPanel } from "../designer/facts";
import { asObject, type KnownFact } from "../designer/facts_model";
import { LabelFields } from "../designer/fields";
import type { ScopeName } from "../designer/formula";
import { Card } from "../designer/parts";
import { TableEditor } from "./editor";
import { ExamplesPanel } from "./examples";
import { renameFact, type Table } from "./model";
import { SECTIONS, type Chosen } from "./places";
import { TableTry } from "./try";

export const chosen = signal<Chosen>("rows");
export const known = signal<readonly KnownFact[]>([]);

function scopeOf(table: Table): readonly ScopeName[] {
  return (table.facts ?? []).map(asObject).map((each) => ({ name: each.key, type: each.type ?? "any", label: each.label ?? {}, unit: each.unit ?? null, origin: "fact" }));
}

export function App(): JSX.Element {
  return (
    <div class="design-frame is-plain has-side">
      <div class="design-middle">
        <Sections />
        <Middle />
      </div>
      <aside class="design-side" aria-label={words("js.table.try")}>
        <section class="design-pane">
          <h2>{words("js.table.try")}</h2>
          <TableTry place="/body" index={null} />
        </section>
      </aside>
    </div>
  );
}

function Sections(): JSX.Element {
  const { draft } = useBench<Table>();
  const table = draft.body.value;
  const problems = draft.problems.value;
  const worst = { rows: worstOf(["rows", "inputs", "outputs", "hit_policy", "on_unknown"].map((each) => problems.worst(`/body/${each}`))), facts: problems.worst("/body/facts"), examples: problems.worst("/body/examples"), settings: problems.worst("/title") };
  return (
    <nav aria-label={words("js.table.sections")}>
      <ul class="design-sections">
        {SECTIONS.map(({ kind, member }) => (
          <li key={kind}>
            <button type="button" aria-current={chosen.value === kind ? "true" : undefined} onClick={() => (chosen.value = kind)}>
              <span class="name">{words(kind === "rows" ? "js.table.section.rows" : kind === "settings" ? "js.table.section.settings" : `js.card.section.${kind}`)}</span>
              {worst[kind] && <span class={`design-dot is-${worst[kind] === "error" ? "bad" : "warn"}`} aria-hidden="true" />}
              {member !== "title" && <span class="number">{table[member]?.length ?? 0}</span>}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function worstOf(found: readonly ("error" | "warning" | null)[]): "error" | "warning" | null {
  return found.includes("error") ? "error" : found.includes("warning") ? "warning" : null;
}

function Middle(): JSX.Element {
  const table = useBench<Table>().draft.body.value;
  switch (chosen.value) {
    case "facts":
      return <FactsPanel<Table> help={words("js.table.facts_help")} known={known.value} keys={(body) => new Set((body.facts ?? []).map((each) => asObject(each).key))} rename={renameFact} />;
    case "examples":
      return <ExamplesPanel />;
    case "settings":
      return (
        <Card title={words("js.table.title")} place="/title">
          <div class="form-grid">
            <LabelFields place="/title" label={words("js.card.name")} />
          </div>
        </Card>
      );
    default:
      return <TableEditor host={{ place: "/body", scope: scopeOf(table), known: known.value }} />;
  }
}
