// Dragging by SortableJS. It moves elements of the page, which belong to Preact: each of its moves is taken back, and the
// draft is changed instead.

import Sortable, { type SortableEvent } from "sortablejs";
import type { At, Home } from "./body";

const GROUP = "form-fields";
// Pointer events instead of the browser's own dragging: the same on touch screens, and drawn by our own styles.
const LOOK = { animation: 0, forceFallback: true, fallbackTolerance: 5, fallbackOnBody: true, emptyInsertThreshold: 24, ghostClass: "is-ghost", dragClass: "is-dragged" } as const;

export interface Dropping {
  readonly onMove: (from: At, home: Home, index: number) => void;
  readonly onNew: (type: string, home: Home, index: number) => void;
}

let dropping: Dropping | null = null;

/** Who takes what is dropped. */
export function dropInto(target: Dropping | null): void {
  dropping = target;
}

function homeOf(list: HTMLElement): Home {
  return (list.dataset["home"] ?? "0").split(",").map(Number) as unknown as Home;
}

/** Puts the elements back as Preact drew them; returns where the dragged one was dropped. */
function takenBack(event: SortableEvent): number {
  const index = event.newIndex ?? 0;
  if (event.clone.parentElement === event.from && event.item !== event.clone && event.to !== event.from) {
    if (event.item.dataset["type"]) {
      event.clone.replaceWith(event.item);
      return index;
    }
  }
  event.item.remove();
  event.from.insertBefore(event.item, event.from.children[event.oldIndex ?? 0] ?? null);
  return index;
}

/** The palette's types: copies of them can be dragged away. */
export function dragFrom(list: HTMLElement): () => void {
  const sortable = new Sortable(list, {
    ...LOOK, sort: false, group: { name: GROUP, pull: "clone", put: false }, draggable: "[data-type]",
    onEnd: (event) => {
      const index = takenBack(event);
      const type = event.item.dataset["type"];
      if (event.to !== event.from && type) dropping?.onNew(type, homeOf(event.to), index);
    },
  });
  return () => sortable.destroy();
}

/** A list of fields of the canvas: its items move inside it and into other lists. `takes` says which types it may hold. */
export function dragWithin(list: HTMLElement, takes: (type: string) => boolean): () => void {
  const sortable = new Sortable(list, {
    ...LOOK, draggable: ".form-item", filter: ".form-menu", preventOnFilter: false,
    group: { name: GROUP, pull: true, put: (_to, _from, item) => takes(item.dataset["type"] ?? item.dataset["fieldType"] ?? "") },
    onEnd: (event) => {
      const home = homeOf(event.from);
      const from = [...home, event.oldIndex ?? 0] as unknown as At;
      const goal = homeOf(event.to);
      const index = takenBack(event);
      if (event.to !== event.from || index !== event.oldIndex) dropping?.onMove(from, goal, index);
    },
  });
  return () => sortable.destroy();
}
