// Fields ticked on the canvas, several at once, to be kept together in the library; while that is open and no longer.

import { signal } from "@preact/signals";
import { tell } from "../designer/context";
import type { Draft } from "../designer/draft";
import { text as words } from "../lib/texts";
import { fieldAt, placed, type At, type Body } from "./body";

/** Ids of the fields ticked; null while nothing can be ticked. */
export const picked = signal<ReadonlySet<string> | null>(null);

/** The field ticked last: up to the next one, all between are ticked too where that is asked for. */
let anchor = "";

type Place = readonly [number, number];

/** Fields that can be ticked, in their order: those of the form itself, as columns go with their rows. */
function outer(body: Body): readonly { readonly at: Place; readonly id: string }[] {
  return placed(body).flatMap(({ at, field }) => (at.length === 2 ? [{ at, id: field.id }] : []));
}

/** Where the ticked ones stand now; what is gone meanwhile is not among them. */
export function pickedPlaces(body: Body, ids: ReadonlySet<string> | null): readonly Place[] {
  return outer(body).filter((each) => ids?.has(each.id)).map((each) => each.at);
}

/** The ids with one ticked or no longer; with `from`, all from there to it are ticked. */
export function withPick(body: Body, ids: ReadonlySet<string>, id: string, from = ""): ReadonlySet<string> {
  const all = outer(body).map((each) => each.id);
  const [one, other] = [all.indexOf(from), all.indexOf(id)].sort((a, b) => a - b);
  if (one !== undefined && other !== undefined && one >= 0) return new Set([...ids, ...all.slice(one, other + 1)]);
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function pick(draft: Draft<Body>, at: At, through: boolean): void {
  const body = draft.body.peek();
  const id = at.length === 2 ? fieldAt(body, at)?.id : undefined;
  const now = picked.peek();
  if (!id || !now) return;
  picked.value = withPick(body, now, id, through ? anchor : "");
  anchor = id;
  tell(words("js.form.picked", { count: pickedPlaces(body, picked.peek()).length }));
}

/** Nothing ticked any more; `open` says whether something can be ticked from now on. */
export function unpick(open: boolean): void {
  anchor = "";
  picked.value = open ? new Set() : null;
}
