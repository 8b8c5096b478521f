// One row of a grid, drawn again only when something of it changed: a grid of some hundred rows stays quick under the fingers.

import { Component, type JSX } from "preact";
import type { Spot } from "./cells";
import type { Column } from "./grid";
import { RowHead } from "./grid_parts";
import type { Problems } from "./problems";

/** What a cell that is not stood on asks of its grid; read when it happens, so that no row holds on to an older grid. */
export interface Hands {
  readonly pressed: (event: MouseEvent, spot: Spot) => void;
  readonly over: (event: MouseEvent, spot: Spot) => void;
  readonly enter: (spot: Spot) => void;
  /** The head of a row was pressed: the whole row is chosen. */
  readonly whole: (event: MouseEvent, row: number) => void;
}

export interface LineProps {
  readonly row: number;
  /** False for the empty line below the last row. */
  readonly exists: boolean;
  readonly noun: string;
  readonly columns: readonly Column[];
  /** As they are shown; the same list again means the same texts. */
  readonly texts: readonly string[];
  /** Where the row and its cells stand in the draft; undefined where the grid says nothing of whole rows. */
  readonly place: string | undefined;
  readonly places: readonly string[];
  readonly fixed: readonly boolean[];
  readonly look: string | undefined;
  /** What listeners hear of the whole row. */
  readonly said: string;
  /** First and last column of this row that are chosen; null where none is. */
  readonly picked: readonly [number, number] | null;
  /** The column that is stood on, and its control. */
  readonly active: number | null;
  readonly control: JSX.Element | null;
  readonly problems: Problems;
  readonly hands: { readonly current: Hands };
}

/** Everything of the columns and places that a drawn row depends on, as one text. */
function marks({ columns, places, fixed, place }: LineProps): string {
  return [place, ...columns.map((each, at) => `${places[at]} ${fixed[at]} ${each.number} ${each.begins} ${each.options?.map((option) => option.value + option.words).join() ?? ""}`)].join("\n");
}

export class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const now = this.props;
    if (now.active !== null || next.active !== null || now.texts !== next.texts || now.problems !== next.problems) return true;
    if (now.row !== next.row || now.exists !== next.exists || now.look !== next.look || now.said !== next.said) return true;
    return now.picked?.join() !== next.picked?.join() || marks(now) !== marks(next);
  }

  override render({ row, exists, noun, columns, place, look, said, hands }: LineProps): JSX.Element {
    return (
      <tr class={exists ? look : "is-empty"}>
        <RowHead row={exists ? row : null} noun={noun} place={place} said={said} enter={() => hands.current.enter({ row, column: 0 })} whole={(event) => hands.current.whole(event, row)} />
        {columns.map((_, column) => this.cell(column))}
      </tr>
    );
  }

  private cell(column: number): JSX.Element {
    const { row, exists, columns, texts, places, fixed, picked, active, control, problems, hands } = this.props;
    const place = exists ? places[column] : undefined;
    const worst = place === undefined ? null : problems.worst(place);
    const chosen = picked !== null && column >= picked[0] && column <= picked[1];
    const setup = columns[column];
    const look = [setup?.number && "number", setup?.begins && "is-output", active === column && "is-active", chosen && "is-picked", worst && `has-${worst}`, fixed[column] && "is-fixed"];
    const text = texts[column] ?? "";
    const spot = { row, column };
    return (
      <td
        key={column}
        class={look.filter(Boolean).join(" ") || undefined}
        role="gridcell"
        aria-selected={chosen ? "true" : undefined}
        title={worst === null || place === undefined ? undefined : problems.under(place).map((each) => each.message).join("\n")}
        data-place={place}
        onMouseDown={(event) => hands.current.pressed(event, spot)}
        onMouseOver={(event) => hands.current.over(event, spot)}
        {...{ "ondesigner:enter": () => hands.current.enter(spot) }}
      >
        {active === column ? control : <span>{setup?.options?.find((each) => each.value === text)?.words ?? text}</span>}
      </td>
    );
  }
}
