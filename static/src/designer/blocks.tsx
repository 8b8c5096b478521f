// A list whose items need more than a row: each folds open by itself, and can be added, moved and removed by keys.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { tell, useBench } from "./context";
import { Button, Findings } from "./parts";
import { moved, parts, putList } from "./paths";

export interface BlocksProps<I> {
  /** Place of the list. */
  readonly place: string;
  readonly noun: string;
  readonly items: readonly I[];
  readonly make: () => I;
  readonly title: (item: I, index: number) => ComponentChildren;
  readonly children: (item: I, place: string, index: number) => ComponentChildren;
  readonly empty: string;
  /** Instead of changing the list alone: for items whose coming, going and moving changes more. */
  readonly apply?: (act: BlockAct) => void;
  /** An item can be written once more behind itself. */
  readonly copies?: boolean;
}

/** Of longer lists what is folded up is not drawn: a hundred rules would be a thousand controls nobody sees. */
const DRAWN = 12;

export type BlockAct =
  | { readonly kind: "add" }
  | { readonly kind: "copy" | "remove"; readonly at: number }
  | { readonly kind: "move"; readonly from: number; readonly to: number };

export function Blocks<I>({ place, noun, items, make, title, children, empty, apply, copies }: BlocksProps<I>): JSX.Element {
  const { draft } = useBench();
  const root = useRef<HTMLDivElement>(null);
  const fresh = useRef<number | null>(null);
  const [opened, open] = useState<ReadonlySet<number>>(new Set());
  const list = (act: BlockAct, change: (items: readonly I[]) => readonly I[], at: number): void => {
    if (apply) apply(act);
    else draft.change(`${place}/${at}`, (content) => putList(content, parts(place), change));
  };

  useEffect(() => {
    if (fresh.current === null) return;
    const block = root.current?.querySelectorAll("details")[fresh.current];
    if (!block) return; // not drawn yet: this is what an earlier drawing left to be done
    if (!block.querySelector(".design-block-body")) return open(new Set([...opened, fresh.current]));
    fresh.current = null;
    block.setAttribute("open", "");
    block.querySelector<HTMLElement>(":is(input, select, textarea)")?.focus();
  });

  const add = (): void => {
    fresh.current = items.length;
    list({ kind: "add" }, (now) => [...now, make()], items.length);
    tell(words("js.design.blocks.added", { noun, row: items.length + 1 }));
  };
  const move = (index: number, step: number): void => {
    const to = index + step;
    if (to < 0 || to >= items.length) return;
    list({ kind: "move", from: index, to }, (now) => moved(now, index, to), to);
    tell(words("js.design.grid.moved", { noun, row: to + 1 }));
    window.requestAnimationFrame(() => {
      const all = root.current?.querySelectorAll("details");
      const [one, other] = [all?.[index], all?.[to]];
      if (!one || !other) return;
      open(new Set([...opened, index, to]));
      [one.open, other.open] = [other.open, one.open]; // what was open stays open where it is now
      other.querySelector("summary")?.focus();
    });
  };
  const copy = (index: number): void => {
    fresh.current = index + 1;
    list({ kind: "copy", at: index }, (now) => [...now.slice(0, index + 1), ...now.slice(index)], index + 1);
    tell(words("js.design.blocks.added", { noun, row: index + 2 }));
  };
  const remove = (index: number): void => {
    list({ kind: "remove", at: index }, (now) => now.filter((_, at) => at !== index), Math.max(0, index - 1));
    tell(words("js.design.grid.removed", { count: 1 }));
    window.requestAnimationFrame(() => {
      const left = root.current?.querySelectorAll("summary");
      (left?.[Math.min(index, left.length - 1)] ?? root.current?.querySelector<HTMLElement>(".design-blocks-add button"))?.focus();
    });
  };

  return (
    <div class="design-blocks" ref={root}>
      {items.length === 0 && <p class="is-muted">{empty}</p>}
      {items.map((item, index) => {
        const at = `${place}/${index}`;
        const worst = draft.problems.value.worst(at);
        return (
          <details key={index} class="design-block" onToggle={(event) => event.currentTarget.open && !opened.has(index) && open(new Set([...opened, index]))}>
            <summary
              data-place={at}
              onKeyDown={(event) => {
                if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) move(index, event.key === "ArrowUp" ? -1 : 1);
                else if (event.key === "Delete") remove(index);
                else return;
                event.preventDefault();
              }}
            >
              <span class="name">{title(item, index)}</span>
              {worst && (
                <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`}>
                  <span class="visually-hidden">{words(`js.design.has.${worst}`)}</span>
                </span>
              )}
            </summary>
            {(items.length <= DRAWN || opened.has(index)) && <div class="design-block-body">
              {children(item, at, index)}
              <Findings problems={draft.problems.value.at(at)} />
              <div class="actions">
                {copies && <Button words={words("js.design.grid.copy", { noun })} icon="copy" onlyIcon onClick={() => copy(index)} />}
                <Button words={words("js.design.grid.up", { noun })} icon="arrow-up" onlyIcon disabled={index === 0} onClick={() => move(index, -1)} />
                <Button words={words("js.design.grid.down", { noun })} icon="arrow-down" onlyIcon disabled={index === items.length - 1} onClick={() => move(index, 1)} />
                <Button words={words("js.design.grid.remove", { noun })} icon="delete" danger onClick={() => remove(index)} />
              </div>
            </div>}
          </details>
        );
      })}
      <div class="actions design-blocks-add">
        <Button words={words("js.design.grid.add", { noun })} icon="plus" onClick={add} />
      </div>
    </div>
  );
}
