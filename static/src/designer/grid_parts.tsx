// What a grid is told by its owner, and its parts that know nothing of where one stands: row heads, offers, the line below.

import type { ComponentChildren, JSX } from "preact";
import { text as words } from "../lib/texts";
import type { Act, Spot } from "./cells";
import { useBench } from "./context";
import type { Column } from "./grid";
import { Button } from "./parts";

/** What is known of whole rows: their place in the draft, how they look, and words for listeners. */
export interface RowsAbout {
  readonly place: (row: number) => string;
  readonly look: (row: number) => string | undefined;
  readonly words: (row: number) => string;
}

export interface GridProps {
  /** Name of the table, read out and used as its caption. */
  readonly label: string;
  /** What one row is, such as a Band: cells are read out by column, noun and number. */
  readonly noun: string;
  readonly columns: readonly Column[];
  /** Texts as they are shown and typed. */
  readonly rows: readonly (readonly string[])[];
  /** The acts of one edit, to be applied with `applied`; changes of one `group` are one step of undo. */
  readonly onActs: (acts: readonly Act[], group: string | null) => void;
  /** Where in the draft a cell stands, for problems and jumps. */
  readonly place: (row: number, column: number) => string;
  /** False: rows are neither added nor removed nor moved. */
  readonly grows?: boolean;
  /** Rows can be written once more below, from their texts. */
  readonly copies?: boolean;
  readonly fixed?: (row: number, column: number) => boolean;
  readonly about?: RowsAbout;
  /** The cell stood on, null on the empty line below the last. */
  readonly onStand?: (spot: Spot | null) => void;
  /** Leads from the title of a column to what is set about it; keys have another way there. */
  readonly onHead?: (column: number) => void;
  /** Rows of <tfoot>. */
  readonly foot?: ComponentChildren;
  /** What is said below, at the left of the hints about keys. */
  readonly note?: ComponentChildren;
}

export interface RowHeadProps {
  /** Null on the empty line below the last row. */
  readonly row: number | null;
  readonly noun: string;
  readonly place: string | undefined;
  readonly said: string;
  readonly enter: () => void;
  readonly whole: (event: MouseEvent) => void;
}

/** The number of a row, marked where something is wrong with the row as a whole. */
export function RowHead({ row, noun, place, said: told, enter, whole }: RowHeadProps): JSX.Element {
  const { draft } = useBench();
  if (row === null) {
    return (
      <th scope="row" class="design-row">
        <span aria-hidden="true">+</span>
        <span class="visually-hidden">{words("js.design.grid.new", { noun })}</span>
      </th>
    );
  }
  const found = place === undefined ? [] : draft.problems.value.at(place);
  const worst = found.some((each) => each.severity === "error") ? "error" : found.length > 0 ? "warning" : null;
  const said = [told, ...found.map((each) => each.message)].filter(Boolean).join(" ");
  return (
    <th scope="row" class={`design-row${worst ? ` has-${worst}` : ""}`} data-place={place} title={said || undefined} onMouseDown={whole} {...{ "ondesigner:enter": enter }}>
      {row + 1}
      {said && <span class="visually-hidden"> {said}</span>}
    </th>
  );
}

export function HeadTitle({ title, lead }: { readonly title: string; readonly lead: (() => void) | undefined }): JSX.Element {
  if (!lead) return <>{title}</>;
  return (
    <button type="button" class="design-head" tabIndex={-1} onClick={lead}>
      {title}
    </button>
  );
}

export function Offers({ id, texts }: { readonly id: string; readonly texts: readonly string[] | undefined }): JSX.Element | null {
  if (!texts || texts.length === 0) return null;
  return (
    <datalist id={id}>
      {texts.map((each) => (
        <option key={each} value={each} />
      ))}
    </datalist>
  );
}

export interface GridFootProps {
  readonly noun: string;
  readonly hint: string;
  readonly note: ComponentChildren;
  /** Null where rows are neither added nor removed. */
  readonly actions: { readonly addRow: () => void; readonly moveRows: (step: number) => void; readonly removeRows: () => void; readonly copyRows?: () => void } | null;
}

export function GridFoot({ noun, hint, note, actions }: GridFootProps): JSX.Element {
  return (
    <div class="design-grid-foot">
      <div class="design-grid-note">
        {note}
        <span class="is-muted is-small" id={hint}>
          {words("js.design.grid.hint")}
        </span>
      </div>
      {actions && (
        <div class="actions">
          <Button words={words("js.design.grid.add", { noun })} icon="plus" keys="Control+Enter" onClick={actions.addRow} />
          {actions.copyRows && <Button words={words("js.design.grid.copy", { noun })} icon="copy" onlyIcon keys="Control+Shift+D" onClick={actions.copyRows} />}
          <Button words={words("js.design.grid.up", { noun })} icon="arrow-up" onlyIcon keys="Alt+ArrowUp" onClick={() => actions.moveRows(-1)} />
          <Button words={words("js.design.grid.down", { noun })} icon="arrow-down" onlyIcon keys="Alt+ArrowDown" onClick={() => actions.moveRows(1)} />
          <Button words={words("js.design.grid.remove", { noun })} icon="delete" onlyIcon keys="Control+Delete" onClick={actions.removeRows} />
        </div>
      )}
    </div>
  );
}
