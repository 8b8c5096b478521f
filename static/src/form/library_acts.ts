// The library of fields: what is offered, a set put into the form, one kept, one taken out. The server cuts and joins.

import { tell } from "../designer/context";
import type { Draft } from "../designer/draft";
import type { Labels } from "../designer/labels";
import type { Told } from "../designer/server";
import { say } from "../designer/labels";
import { text as words } from "../lib/texts";
import { placeOf, placed, takenIds, type At, type Body } from "./body";
import { picked, pickedPlaces } from "./picks";
import { chosen, everGiven, remember, type Chosen } from "./state";

/** One set as the server lists it. `kept` says by whom and when, empty of a ready-made one. */
export interface Offer {
  readonly id: string;
  readonly name: Labels;
  readonly use: Labels | null;
  readonly own: boolean;
  readonly whole: boolean;
  readonly fields: readonly Labels[];
  readonly rules: number;
  readonly kept: string;
}

type D = Draft<Body>;

/** Where the first part of a set is wanted, as the server counts: [section] of a whole one, [section, field] of loose fields. */
export type Where = readonly [number] | readonly [number, number];

/** What is chosen: the section, or the field that stands in the form itself. */
export function placeOfChosen(now: Chosen, body: Body): readonly [number] | readonly [number, number] {
  const last = Math.max(0, body.sections.length - 1);
  if (now.kind === "section") return [Math.min(now.index, last)];
  return body.sections[now.at[0]]?.fields[now.at[1]] ? [now.at[0], now.at[1]] : [Math.min(now.at[0], last)];
}

/** Behind what is chosen; loose fields at the end of a chosen section. */
export function behindChosen(now: Chosen, body: Body, whole: boolean): Where {
  const [section, field] = placeOfChosen(now, body);
  if (whole) return [section + 1];
  return [section, field === undefined ? (body.sections[section]?.fields.length ?? 0) : field + 1];
}

/** What would be kept: the fields ticked, else what is chosen. */
export function placesToKeep(now: Chosen, body: Body, ids: ReadonlySet<string> | null): readonly (readonly number[])[] {
  const ticked = pickedPlaces(body, ids);
  return ticked.length > 0 ? ticked : [placeOfChosen(now, body)];
}

export function offers(draft: D): Promise<Told<{ readonly sets: readonly Offer[] }>> {
  return draft.ask("library", null);
}

/** Puts a copy where it is wanted, else behind what is chosen; asked again where the form changed meanwhile. Tells why not. */
export async function put(draft: D, offer: Offer, where?: Where): Promise<string> {
  for (let tries = 0; tries < 4; tries += 1) {
    const body = draft.body.peek();
    const at = where ?? behindChosen(chosen.peek(), body, offer.whole);
    const taken = [...takenIds(body, everGiven())];
    const answer = await draft.ask<{ readonly body: Body; readonly at: readonly number[] }>("library/put", { body, set: offer.id, at, taken });
    if (answer.kind !== "told") return answer.kind === "refused" ? answer.message : words("js.form.library.not_put");
    if (draft.body.peek() !== body) continue;
    const [section = 0, field] = answer.value.at;
    const place: At | null = field === undefined ? null : [section, field];
    remember(answer.value.body);
    draft.change(place ? placeOf(place) : `/body/sections/${section}`, (content) => ({ ...content, body: answer.value.body }));
    chosen.value = place ? { kind: "field", at: place } : { kind: "section", index: section };
    const count = placed(answer.value.body).length - placed(body).length;
    tell(words("js.form.library.put", { name: say(offer.name, draft.language), count }));
    return "";
  }
  return words("js.form.library.not_put");
}

export function keep(draft: D, name: Labels, replace: boolean): Promise<Told<{ readonly id: string }>> {
  const body = draft.body.peek();
  return draft.ask("library/keep", { body, places: placesToKeep(chosen.peek(), body, picked.peek()), name, replace });
}

export function end(draft: D, offer: Offer): Promise<Told<{ readonly id: string }>> {
  return draft.ask(`library/${offer.id}/end`, {});
}
