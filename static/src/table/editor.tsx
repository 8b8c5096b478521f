// The editor of one decision table, wherever it stands: how rows are hit, the rows, and the columns.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { SelectField } from "../designer/fields";
import { Card, Findings } from "../designer/parts";
import { Columns } from "./columns";
import { HostProvider, useTable, type Host } from "./host";
import { Ladder } from "./ladder";
import { POLICIES, type Policy } from "./model";
import { Rows } from "./rows";

const NAMES: Readonly<Record<Policy, string>> = { U: "U", F: "F", A: "A", P: "P", R: "R", O: "O", C: "C", "C+": "sum", "C<": "least", "C>": "greatest", "C#": "number" };

export function TableEditor({ host }: { readonly host: Host }): JSX.Element {
  return (
    <HostProvider value={host}>
      <Sheet />
      <Columns side="inputs" />
      <Columns side="outputs" />
    </HostProvider>
  );
}

function Sheet(): JSX.Element {
  const { table, place, draft } = useTable();
  const name = NAMES[table.hit_policy];
  return (
    <Card title={words("js.table.rows")} small={words("js.table.rows_count", { count: table.rows.length })} place={`${place}/rows`}>
      <div class="form-grid design-policy">
        <SelectField
          place={`${place}/hit_policy`}
          label={words("js.table.policy")}
          options={POLICIES.map((value) => ({ value, words: words(`js.table.policy.${NAMES[value]}`) }))}
          {...(name ? { help: words(`js.table.policy_text.${name}`) } : {})}
        />
        <SelectField
          place={`${place}/on_unknown`}
          label={words("js.table.on_unknown")}
          value={table.on_unknown ?? "stop"}
          options={(["stop", "skip"] as const).map((value) => ({ value, words: words(`js.table.on_unknown.${value}`) }))}
          help={words(`js.table.on_unknown_text.${table.on_unknown ?? "stop"}`)}
        />
      </div>
      <Rows />
      <Ladder />
      <CellHelp />
      <Findings problems={draft.problems.value.at(place)} />
    </Card>
  );
}

/** What may be written in a cell, with an example each. */
function CellHelp(): JSX.Element {
  const kinds = [
    ["any", "-"], ["value", "30"], ["list", "30, 60"], ["range", "[30..60)"], ["comparison", ">= 30"], ["not", "not(30)"], ["unknown", "null"],
  ] as const;
  return (
    <details class="design-more">
      <summary>{words("js.table.cells")}</summary>
      <dl class="design-cells">
        {kinds.map(([kind, example]) => (
          <div key={kind}>
            <dt>
              <code class="formula">{kind === "value" || kind === "list" || kind === "not" ? words(`js.table.cells.${kind}.example`) : example}</code>
            </dt>
            <dd>{words(`js.table.cells.${kind}`)}</dd>
          </div>
        ))}
      </dl>
      <p class="is-small is-muted mb-0">{words("js.table.cells.texts")}</p>
    </details>
  );
}
