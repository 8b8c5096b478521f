// Dragging by SortableJS. It moves elements of the page, which belong to Preact: each of its moves is taken back, and the
// draft is changed instead.

import type Sortable from "sortablejs";
import type { SortableEvent, SortableOptions } from "sortablejs";
import type { At, Home } from "./body";
import { page } from "./state";

const GROUP = "form-fields";
// Pointer events instead of the browser's own dragging: the same on touch screens, and drawn by our own styles.
const LOOK = { animation: 0, forceFallback: true, fallbackTolerance: 5, fallbackOnBody: true, emptyInsertThreshold: 24, ghostClass: "is-ghost", dragClass: "is-dragged" } as const;

export interface Dropping {
  readonly onMove: (from: At, home: Home, index: number) => void;
  readonly onNew: (type: string, home: Home, index: number) => void;
  readonly onSection: (from: number, to: number) => void;
}

let dropping: Dropping | null = null;

/** Who takes what is dropped. */
export function dropInto(target: Dropping | null): void {
  dropping = target;
}

function homeOf(list: HTMLElement): Home {
  return (list.dataset["home"] ?? "0").split(",").map(Number) as unknown as Home;
}

let asked: Promise<typeof Sortable> | null = null;

/** Makes a list one things are dragged in. The library is a file of its own, fetched when the canvas already stands. */
function sorted(list: HTMLElement, options: SortableOptions): () => void {
  let made: Sortable | null = null;
  let gone = false;
  asked ??= import(page.peek().sorting).then((library: { readonly default: typeof Sortable }) => library.default);
  asked.then(
    (library) => {
      if (!gone) made = new library(list, options);
    },
    () => void (asked = null), // everything can be moved by keys and buttons too; the next list asks again
  );
  return () => {
    gone = true;
    made?.destroy();
  };
}

/** Puts the elements back as Preact drew them; returns where the dragged one was dropped. */
function takenBack(event: SortableEvent): number {
  const index = event.newIndex ?? 0;
  if (event.clone.parentElement === event.from && event.item !== event.clone && event.to !== event.from) {
    if (event.item.dataset["type"] || event.item.dataset["set"]) {
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
  return sorted(list, {
    ...LOOK, sort: false, group: { name: GROUP, pull: "clone", put: false }, draggable: "[data-type]:not(.is-fixed)",
    onEnd: (event) => {
      const index = takenBack(event);
      const type = event.item.dataset["type"];
      if (event.to !== event.from && type) dropping?.onNew(type, homeOf(event.to), index);
    },
  });
}

/** Sets of the library: copies of them can be dragged away, whole ones between sections, loose fields among fields. */
export function dragSets(list: HTMLElement, onDrop: (set: string, where: readonly [number] | readonly [number, number]) => void): () => void {
  const sorting = (item: HTMLElement, on: boolean): void => {
    if (isWhole(item)) document.querySelector(".form-sections")?.classList.toggle("is-sorting", on);
  };
  return sorted(list, {
    ...LOOK, sort: false, group: { name: "form-sets", pull: "clone", put: false }, draggable: "[data-set]", filter: ".btn-icon, .form-set-sure", preventOnFilter: false,
    onStart: (event) => sorting(event.item, true),
    onEnd: (event) => {
      sorting(event.item, false);
      const index = takenBack(event);
      const set = event.item.dataset["set"];
      if (event.to !== event.from && set) onDrop(set, isWhole(event.item) ? [index] : [homeOf(event.to)[0], index]);
    },
  });
}

function isWhole(item: HTMLElement): boolean {
  return item.dataset["whole"] !== undefined;
}

/** A list of fields of the canvas: its items move inside it and into other lists. `takes` says which types it may hold. */
export function dragWithin(list: HTMLElement, takes: (type: string) => boolean): () => void {
  return sorted(list, {
    ...LOOK, draggable: ".form-item", filter: ".form-menu, .form-pick", preventOnFilter: false,
    group: { name: GROUP, pull: true, put: (_to, _from, item) => (item.dataset["set"] ? !isWhole(item) && homeOf(list).length === 1 : takes(item.dataset["type"] ?? item.dataset["fieldType"] ?? "")) },
    onEnd: (event) => {
      const home = homeOf(event.from);
      const from = [...home, event.oldIndex ?? 0] as unknown as At;
      const goal = homeOf(event.to);
      const index = takenBack(event);
      if (event.to !== event.from || index !== event.oldIndex) dropping?.onMove(from, goal, index);
    },
  });
}

/** The sections of the canvas, taken by their headings; while one is dragged they are headings only, close together. */
export function dragSections(list: HTMLElement): () => void {
  const sorting = (on: boolean): void => void list.classList.toggle("is-sorting", on);
  return sorted(list, {
    ...LOOK, draggable: ".form-section", handle: ".form-section-head", filter: ".form-menu", preventOnFilter: false, group: { name: "form-sections", put: (_to, _from, item) => isWhole(item) },
    onStart: () => sorting(true),
    onEnd: (event) => {
      sorting(false);
      const index = takenBack(event);
      if (event.oldIndex !== undefined && index !== event.oldIndex) dropping?.onSection(event.oldIndex, index);
    },
  });
}
