// Wakes a designer up: reads what the page hands over, makes the draft, draws the island and the head, shows places.

import { effect } from "@preact/signals";
import { render, type ComponentChildren } from "preact";
import { around, one } from "../lib/dom";
import { loadTexts } from "../lib/texts";
import { ConflictDialog } from "./conflict";
import { BenchProvider, type Bench } from "./context";
import { Draft, guard, type Apart } from "./draft";
import { HeadActions, SaveButton, StandingLine } from "./head";
import { inside } from "./paths";
import type { Problem } from "./problems";
import type { PageData } from "./server";

export interface Designer<B> {
  readonly view: ComponentChildren;
  /** Where a problem stands, in words. */
  readonly nameOf: (problem: Problem, draft: Draft<B>) => string;
  /** What both tabs changed, in words; items of lists stand under their keys. */
  readonly nameOfChange: (path: readonly string[], draft: Draft<B>) => string;
  /** Chooses the part of the page in which a place is shown; it is drawn before the place is focused. */
  readonly select: (place: string, draft: Draft<B>) => void;
  /** How two tabs are joined where places alone do not name what belongs together, and the way back. */
  readonly apart?: Apart<B>;
  /** Before the first drawing, with all that the page handed over. */
  readonly begin?: (page: PageData<B> & Readonly<Record<string, unknown>>, draft: Draft<B>) => void;
}

/** The control at a place, or the nearest around it. */
function controlAt(root: ParentNode, place: string): HTMLElement | null {
  let found: HTMLElement | null = null;
  for (const each of root.querySelectorAll<HTMLElement>("[data-place]")) {
    const at = each.dataset["place"] ?? "";
    if (inside(place, at) && at.length > (found?.dataset["place"] ?? "").length) found = each;
  }
  return found;
}

/** What is folded up may not be drawn yet: its control is looked for again once it is open. */
function focusAt(root: ParentNode, place: string, again = true): void {
  const found = controlAt(root, place);
  if (!found) return;
  const fold = found.closest("details");
  const shut = fold !== null && !fold.open;
  fold?.setAttribute("open", "");
  if (shut && again && found.dataset["place"] !== place) window.setTimeout(() => focusAt(root, place, false), 60);
  if (found.matches("td, th")) found.dispatchEvent(new Event("designer:enter"));
  else found.focus();
  found.scrollIntoView({ block: "nearest" });
}

export async function startDesigner<B>(designer: Designer<B>): Promise<void> {
  const source = one("#design-data");
  const root = one("#design");
  if (!source || !root) return;
  await loadTexts();
  const page = JSON.parse(source.textContent ?? "null") as PageData<B> & Readonly<Record<string, unknown>> & { readonly icons: string };
  const draft = new Draft<B>(page, designer.apart);
  const show = (place: string): void => {
    designer.select(place, draft);
    window.requestAnimationFrame(() => window.requestAnimationFrame(() => focusAt(root, place)));
  };
  const bench: Bench<B> = { draft, icons: page.icons, show, nameOfChange: (path) => designer.nameOfChange(path, draft) };
  designer.begin?.(page, draft);
  draft.onMoved = (place) => {
    if (controlAt(root, place)?.dataset["place"] !== place) show(place);
  };
  const put = (what: ComponentChildren, where: HTMLElement | null): void => {
    if (!where) return;
    where.replaceChildren();
    render(<BenchProvider value={bench}>{what}</BenchProvider>, where);
  };
  put(
    <>
      {designer.view}
      <ConflictDialog />
    </>,
    root,
  );
  put(<HeadActions nameOf={(problem) => designer.nameOf(problem, draft)} />, one("#design-actions"));
  put(<SaveButton />, one("#design-save"));
  put(<StandingLine />, one("#design-standing"));
  guard(draft as unknown as Draft<never>);
  const heading = one(".head h1");
  effect(() => {
    if (heading && draft.title) heading.textContent = draft.title;
  });
  savedFirst(draft);
  document.documentElement.classList.add("is-designing");
}

/** Links that lead on with the draft (comparing, publishing) keep it first; what cannot be kept holds the reader here. */
function savedFirst<B>(draft: Draft<B>): void {
  document.addEventListener("click", (event) => {
    const link = around<HTMLAnchorElement>(event, "a[data-saved-first]");
    if (!link || !draft.unsaved || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void draft.save().then(() => {
      if (!draft.unsaved) location.assign(link.href);
    });
  });
}
