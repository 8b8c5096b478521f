// An editable table: arrows, Enter, Tab, Escape, fill down, copy and paste as spreadsheets do, rows that move; by keys alone.

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { area, cleared, copied, filledDown, lines, moveBy, pasted, tabTo, typed, type Act, type Area, type Shape, type Spot } from "./cells";
import { MOVED, tell, useBench } from "./context";
import { Options, type Option } from "./fields";
import { Line, type Hands } from "./grid_line";
import { GridFoot, HeadTitle, Offers, type GridProps } from "./grid_parts";
import { readTsv, writeTsv } from "./tsv";

export interface Column {
  readonly title: string;
  /** Said below the title: a unit, what it reads. */
  readonly small?: string;
  readonly number?: boolean;
  /** A choice instead of a text; the cell's text is then the option's value. */
  readonly options?: readonly Option[];
  /** Texts offered while one types; any other can be typed too. */
  readonly offers?: readonly string[];
  /** The first column of another kind, set off by a line. */
  readonly begins?: boolean;
  /** Its title leads nowhere, in a grid whose titles do. */
  readonly plain?: boolean;
  readonly look?: "short" | "long" | "limit";
  /** Tab passes it by: it follows from others, though it can be written. */
  readonly passed?: boolean;
  /** It tells something and is never written. */
  readonly told?: boolean;
}

/** point: keys move; type: what was typed replaces the cell, arrows move on; edit: arrows move inside the text. */
type Mode = "point" | "type" | "edit";

interface Standing extends Spot {
  readonly anchor: Spot;
  readonly mode: Mode;
  readonly text: string;
  /** The column Tab began in: Enter leads back to it, one row down. */
  readonly home: number | null;
}

const NOTHING: readonly string[] = [];
const HOME: Standing = { row: 0, column: 0, anchor: { row: 0, column: 0 }, mode: "point", text: "", home: null };

export function Grid(props: GridProps): JSX.Element {
  const { label, noun, columns, rows, onActs, place, grows = true, foot, note } = props;
  const { draft } = useBench();
  const shape: Shape = {
    rows: rows.length,
    columns: columns.length,
    grows,
    fixed: (row, column) => columns[column]?.told === true || (row < rows.length && (props.fixed?.(row, column) ?? false)),
    passed: (column) => columns[column]?.passed === true,
  };
  const [kept, stand] = useState<Standing>(HOME);
  const table = useRef<HTMLTableElement>(null);
  const wants = useRef(false);
  const session = useRef(0);
  const before = useRef<{ readonly text: string; readonly rows: number }>({ text: "", rows: 0 });
  const hint = useId();

  const now: Standing = { ...kept, row: Math.max(0, Math.min(kept.row, lines(shape) - 1)), column: Math.min(kept.column, columns.length - 1) };
  const picked: Area = area(now, { row: Math.min(now.anchor.row, lines(shape) - 1), column: Math.min(now.anchor.column, columns.length - 1) });
  const read = (row: number, column: number): string => rows[row]?.[column] ?? "";
  const many = picked.top !== picked.bottom || picked.left !== picked.right;

  useEffect(() => {
    const drop = (): void => {
      // The cell stood on may go with its row: the one that takes its place then takes the focus.
      if (table.current?.contains(document.activeElement)) wants.current = true;
      stand((old) => ({ ...old, mode: "point", text: "" }));
    };
    document.addEventListener(MOVED, drop);
    return () => document.removeEventListener(MOVED, drop);
  }, []);

  useLayoutEffect(() => {
    const control = table.current?.querySelector<HTMLInputElement | HTMLSelectElement>("[data-active]");
    if (!wants.current || !control) return;
    wants.current = false;
    if (document.activeElement !== control) control.focus({ preventScroll: false });
    if (control instanceof HTMLInputElement && now.mode === "point") control.select();
  });

  useLayoutEffect(() => {
    const control = table.current?.querySelector<HTMLInputElement>("input[data-active]");
    if (now.mode === "edit") control?.setSelectionRange(control.value.length, control.value.length);
  }, [now.mode]);

  const go = (spot: Spot, extend = false, home: number | null = null): void => {
    wants.current = true;
    stand({ row: spot.row, column: spot.column, anchor: extend ? now.anchor : { row: spot.row, column: spot.column }, mode: "point", text: "", home });
  };

  /** From pointing to typing or editing: from here on one step of undo, and Escape leads back. */
  const begin = (mode: Mode, text: string): void => {
    if (shape.fixed(now.row, now.column)) return;
    session.current += 1;
    before.current = { text: read(now.row, now.column), rows: rows.length };
    stand({ ...now, anchor: now, mode, text });
  };

  const write = (text: string): void => onActs(typed(now, text, shape), `grid ${label} ${session.current}`);

  const cancel = (): void => {
    if (rows.length > before.current.rows) onActs([{ kind: "remove", from: now.row, count: 1 }], `grid ${label} ${session.current}`);
    else write(before.current.text);
    go(now);
  };

  useEffect(() => props.onStand?.(now.row < rows.length ? { row: now.row, column: now.column } : null), [now.row, now.column, rows.length]);

  const act = (acts: readonly Act[], done: string): void => {
    if (acts.length === 0) return;
    onActs(acts, null);
    tell(done);
  };

  const moveRows = (step: number): void => {
    const [from, to] = step < 0 ? [picked.top - 1, picked.bottom] : [picked.bottom + 1, picked.top];
    if (!grows || from < 0 || from >= rows.length || picked.bottom >= rows.length) return;
    onActs([{ kind: "move", from, to }], null);
    wants.current = true;
    stand({ ...now, row: now.row + step, anchor: { ...now.anchor, row: now.anchor.row + step } });
    tell(words("js.design.grid.moved", { noun, row: picked.top + step + 1 }));
  };

  const addRow = (): void => {
    const at = Math.min(rows.length, rows.length === 0 ? 0 : picked.bottom + 1);
    onActs([{ kind: "insert", at, rows: [columns.map(() => "")] }], null);
    go({ row: at, column: 0 });
    tell(words("js.design.grid.added", { noun, row: at + 1 }));
  };

  const copyRows = (): void => {
    const bottom = Math.min(picked.bottom, rows.length - 1);
    if (!grows || picked.top > bottom) return;
    act([{ kind: "insert", at: bottom + 1, rows: rows.slice(picked.top, bottom + 1) }], words("js.design.grid.copied", { noun, row: bottom + 2 }));
    go({ row: bottom + 1, column: now.column });
  };

  const removeRows = (): void => {
    const count = Math.min(picked.bottom, rows.length - 1) - picked.top + 1;
    if (!grows || count < 1) return;
    act([{ kind: "remove", from: picked.top, count }], words("js.design.grid.removed", { count }));
    go({ row: Math.max(0, Math.min(picked.top, rows.length - count - (rows.length > count ? 1 : 0))), column: now.column });
  };

  const leave = (event: KeyboardEvent): boolean => {
    const tab = event.key === "Tab";
    const back = event.key === "Enter" && now.home !== null ? { ...now, column: now.home } : now;
    const next = tab ? tabTo(now, event.shiftKey, shape) : moveBy(back, event.key === "Enter" ? (event.shiftKey ? "ArrowUp" : "ArrowDown") : event.key, false, shape);
    if (!next) return false;
    go(next, false, tab ? (now.home ?? now.column) : null);
    return true;
  };

  const command = (event: KeyboardEvent): boolean => {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key;
    if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) moveRows(key === "ArrowUp" ? -1 : 1);
    else if (control && event.shiftKey && key.toLowerCase() === "d" && props.copies) copyRows();
    else if (control && key.toLowerCase() === "d") act(filledDown(picked, read, shape), words("js.design.grid.filled"));
    else if (control && key.toLowerCase() === "a" && now.mode === "point") {
      wants.current = true;
      stand({ ...now, row: Math.max(0, rows.length - 1), column: columns.length - 1, anchor: { row: 0, column: 0 } });
    }
    else if (control && key === "Enter" && grows) addRow();
    else if (control && (key === "Delete" || key === "Backspace") && grows) removeRows();
    else return false;
    return true;
  };

  const press = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === 229) return;
    const choice = columns[now.column]?.options !== undefined;
    let handled = command(event);
    if (!handled && now.mode === "point") {
      const control = event.ctrlKey || event.metaKey;
      const next = event.altKey ? null : moveBy(now, event.key, control, shape);
      if (next) go(next, event.shiftKey);
      else if (event.key === "Tab") handled = leave(event);
      else if (event.key === "Enter" || event.key === "F2") {
        if (choice) (event.currentTarget as HTMLSelectElement).showPicker?.();
        else begin("edit", read(now.row, now.column));
      } else if (event.key === "Delete" || event.key === "Backspace") act(cleared(picked, shape), words("js.design.grid.cleared"));
      else if (event.key === "Escape" && many) go(now);
      else return void (handled && event.preventDefault());
      handled ||= event.key !== "Tab";
    } else if (!handled) {
      if (event.key === "Escape") {
        cancel();
        handled = true;
      } else if (event.key === "Enter" || event.key === "Tab" || (now.mode === "type" && event.key.startsWith("Arrow") && !offered(event.key))) handled = leave(event);
    }
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Up and down choose among what is offered for the cell, as the browser shows it. */
  const offered = (key: string): boolean => (columns[now.column]?.offers?.length ?? 0) > 0 && (key === "ArrowUp" || key === "ArrowDown");

  const typing = (event: Event): void => {
    const text = (event.currentTarget as HTMLInputElement).value;
    const composing = (event as InputEvent).isComposing;
    if (now.mode === "point") begin("type", text);
    else stand({ ...now, text });
    if (!composing) write(text);
  };

  const clip = (event: ClipboardEvent): void => {
    if (now.mode !== "point" || !event.clipboardData) return;
    event.preventDefault();
    if (event.type === "paste") {
      const found = readTsv(event.clipboardData.getData("text/plain"));
      const wide = Math.max(...found.map((cells) => cells.length));
      act(pasted(picked, found, shape), words("js.design.grid.pasted", { rows: found.length, columns: wide }));
      if (!many) stand({ ...now, anchor: { row: now.row + found.length - 1, column: Math.min(columns.length - 1, now.column + wide - 1) } });
      return;
    }
    event.clipboardData.setData("text/plain", writeTsv(copied(picked, read, shape)));
    if (event.type === "cut") act(cleared(picked, shape), words("js.design.grid.cleared"));
  };

  const pressed = (event: MouseEvent, spot: Spot): void => {
    if (event.button !== 0) return;
    if (now.mode !== "point" && spot.row === now.row && spot.column === now.column) return;
    event.preventDefault();
    go(spot, event.shiftKey);
  };

  const control = (row: number, column: number): JSX.Element => {
    const setup = columns[column];
    const place_ = row < rows.length ? place(row, column) : undefined;
    const found = place_ === undefined ? [] : draft.problems.value.at(place_);
    const shared = {
      "data-active": "",
      "aria-label": words("js.design.grid.cell", { column: setup?.title ?? "", noun, row: row + 1 }),
      "aria-invalid": found.some((each) => each.severity === "error") ? ("true" as const) : undefined,
      "aria-describedby": found.length > 0 ? `${hint}-now` : hint,
      onKeyDown: press,
      onCopy: clip,
      onCut: clip,
      onPaste: clip,
    };
    const problems = found.length > 0 && (
      <span id={`${hint}-now`} class="visually-hidden">
        {found.map((each) => each.message).join(" ")}
      </span>
    );
    if (setup?.options && !shape.fixed(row, column)) {
      const options = read(row, column) === "" ? [{ value: "", words: "" }, ...setup.options] : setup.options;
      return (
        <>
          <select {...shared} value={read(row, column)} onChange={(event) => onActs(typed(now, event.currentTarget.value, shape), null)}>
            <Options options={options} />
          </select>
          {problems}
        </>
      );
    }
    return (
      <>
        <input
          {...shared}
          type="text"
          class={now.mode === "point" ? "is-pointed" : ""}
          autocomplete="off"
          list={setup?.offers && now.mode !== "point" ? `${hint}-offers` : undefined}
          spellcheck={false}
          readOnly={shape.fixed(row, column)}
          value={now.mode === "point" ? shown(row, column) : now.text}
          onInput={typing}
          onCompositionEnd={(event) => write(event.currentTarget.value)}
          onFocus={(event) => now.mode === "point" && event.currentTarget.select()}
          onBlur={() => !wants.current && now.mode !== "point" && stand({ ...now, mode: "point", text: "" })}
          onDblClick={() => now.mode === "point" && begin("edit", read(row, column))}
        />
        <Offers id={`${hint}-offers`} texts={now.mode === "point" ? undefined : setup?.offers} />
        {problems}
      </>
    );
  };

  const shown = (row: number, column: number): string => {
    const options = columns[column]?.options;
    return options?.find((each) => each.value === read(row, column))?.words ?? read(row, column);
  };

  const hands = useRef<Hands>({ pressed, over: () => undefined, enter: go, whole: () => undefined });
  hands.current = {
    pressed,
    over: (event, spot) => event.buttons === 1 && now.mode === "point" && (spot.row !== now.row || spot.column !== now.column) && kept !== HOME && go(spot, true),
    enter: (spot) => go(spot),
    whole: (event, row) => {
      if (event.button !== 0) return;
      event.preventDefault();
      wants.current = true;
      stand({ row, column: 0, anchor: { row: event.shiftKey ? now.anchor.row : row, column: columns.length - 1 }, mode: "point", text: "", home: null });
    },
  };

  const line = (row: number): JSX.Element => {
    const exists = row < rows.length;
    const here = row === now.row;
    return (
      <Line
        key={row}
        row={row}
        exists={exists}
        noun={noun}
        columns={columns}
        texts={rows[row] ?? NOTHING}
        place={exists ? props.about?.place(row) : undefined}
        places={exists ? columns.map((_, column) => place(row, column)) : NOTHING}
        fixed={columns.map((_, column) => shape.fixed(row, column))}
        look={exists ? props.about?.look(row) : undefined}
        said={exists ? (props.about?.words(row) ?? "") : ""}
        picked={many && row >= picked.top && row <= picked.bottom ? [picked.left, picked.right] : null}
        active={here ? now.column : null}
        control={here ? control(row, now.column) : null}
        problems={draft.problems.value}
        hands={hands}
      />
    );
  };

  return (
    <div class="design-grid">
      <div class="table-scroll">
        <table class="data" role="grid" ref={table} aria-rowcount={lines(shape) + 1}>
          <caption class="visually-hidden">{label}</caption>
          <thead>
            <tr>
              <th scope="col" class="design-row">
                <span aria-hidden="true">#</span>
                <span class="visually-hidden">{noun}</span>
              </th>
              {columns.map((column, at) => (
                <th key={at} scope="col" class={[column.number && "number", column.look && `is-${column.look}`, column.begins && "is-output"].filter(Boolean).join(" ") || undefined}>
                  <HeadTitle title={column.title} lead={props.onHead && !column.plain ? () => props.onHead?.(at) : undefined} />
                  {column.small && <small>{column.small}</small>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: lines(shape) }, (_, row) => line(row))}
          </tbody>
          {foot && <tfoot>{foot}</tfoot>}
        </table>
      </div>
      <GridFoot noun={noun} hint={hint} note={note} actions={grows ? { addRow, moveRows, removeRows, ...(props.copies ? { copyRows } : {}) } : null} />
    </div>
  );
}
