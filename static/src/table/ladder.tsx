// Rows from cut points: 0, 30, 50 become three ranges without gap or overlap.

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { tell, useBench } from "../designer/context";
import { say } from "../designer/labels";
import { Button } from "../designer/parts";
import { ladder } from "./cell";
import { kindOf, useTable } from "./host";
import { laddered } from "./model";

export function Ladder(): JSX.Element | null {
  const here = useTable();
  const { show } = useBench();
  const { table, draft, place } = here;
  const id = useId();
  const [input, choose] = useState(0);
  const [typed, type] = useState("");
  const [row, split] = useState("");
  const [below, setBelow] = useState(false);
  const [upper, setUpper] = useState(false);
  const numeric = table.inputs.map((column, at) => ({ column, at })).filter(({ at }) => kindOf("inputs", at, here) === "number");
  const chosen = numeric.some((each) => each.at === input) ? input : (numeric[0]?.at ?? 0);
  if (numeric.length === 0) return null;
  const cells = typed.trim() === "" ? [] : ladder(typed, below, upper);
  const at = row === "" || Number(row) >= table.rows.length ? null : Number(row);
  const make = (): void => {
    if (!cells || cells.length === 0) return;
    const first = at ?? table.rows.length;
    here.change(`/rows/${first}`, (now) => laddered(now, chosen, cells, at));
    tell(words("js.table.ladder_done", { count: cells.length }));
    type("");
    show(`${place}/rows/${first}/when/${chosen}`);
  };
  return (
    <details class="design-more">
      <summary>{words("js.table.ladder")}</summary>
      <div class="form-grid is-four mt-1">
        <div class="field">
          <label for={`${id}-column`}>{words("js.table.ladder_column")}</label>
          <select id={`${id}-column`} class="form-select" value={String(chosen)} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {numeric.map(({ column, at: place_ }) => (
              <option key={place_} value={String(place_)}>
                {say(column.label, draft.language) || column.key}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for={`${id}-cuts`}>{words("js.table.ladder_cuts")}</label>
          <input
            id={`${id}-cuts`}
            class="form-control design-cuts"
            type="text"
            autocomplete="off"
            placeholder="0, 30, 50"
            maxLength={2000}
            value={typed}
            aria-invalid={cells === null ? "true" : undefined}
            aria-describedby={`${id}-told`}
            onInput={(event) => type(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.isComposing) return;
              event.preventDefault();
              make();
            }}
          />
        </div>
        <div class="field">
          <label for={`${id}-edge`}>{words("js.table.ladder_edge")}</label>
          <select id={`${id}-edge`} class="form-select" value={upper ? "upper" : "lower"} onChange={(event) => setUpper(event.currentTarget.value === "upper")}>
            <option value="lower">{words("js.table.ladder_lower")}</option>
            <option value="upper">{words("js.table.ladder_upper")}</option>
          </select>
        </div>
        <div class="field">
          <label for={`${id}-row`}>{words("js.table.ladder_row")}</label>
          <select id={`${id}-row`} class="form-select" value={at === null ? "" : String(at)} onChange={(event) => split(event.currentTarget.value)}>
            <option value="">{words("js.table.ladder_new")}</option>
            {table.rows.slice(0, 200).map((_, index) => (
              <option key={index} value={String(index)}>
                {words("js.table.ladder_split", { row: index + 1 })}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div class="design-ladder-foot">
        <label class="form-check">
          <input type="checkbox" class="form-check-input" checked={below} onChange={(event) => setBelow(event.currentTarget.checked)} />
          <span>{words("js.table.ladder_below")}</span>
        </label>
        <span id={`${id}-told`} class={`is-small ${cells === null ? "is-bad" : "is-muted"}`} role="status">
          {cells === null ? words("js.table.ladder_unread") : cells.join("   ")}
        </span>
        <Button words={words("js.table.ladder_make", { count: cells?.length ?? 0 })} icon="plus" disabled={!cells || cells.length === 0} onClick={make} />
      </div>
    </details>
  );
}
