// Keys of fields: changed by the server, which finds every formula that names them; suggested from labels while nobody chose one.

import type { Draft } from "../designer/draft";
import { tell } from "../designer/context";
import { text as words } from "../lib/texts";
import { fieldAt, placeById, placeOf, type Body } from "./body";
import { page } from "./state";

/** Fields made in this window whose key still follows their label. */
const following = new Set<string>();
const suggestedFor = new Map<string, string>();

export function follows(id: string): void {
  following.add(id);
}

/** Gives the field another key, `null` for one that its label suggests; asked again if the form changed meanwhile. */
export async function rename(draft: Draft<Body>, id: string, key: string | null): Promise<void> {
  if (key !== null) following.delete(id);
  for (let tries = 0; tries < 4; tries += 1) {
    const body = draft.body.peek();
    const at = placeById(body, id);
    const field = at ? fieldAt(body, at) : undefined;
    if (!at || !field || field.key === key) return;
    const answer = await draft.ask<{ readonly key: string | null; readonly body: Body }>("rename", { body, at, key });
    if (answer.kind !== "told") return void tell(answer.kind === "refused" ? answer.message : words("js.form.not_renamed"));
    if (draft.body.peek() !== body) continue;
    if (answer.value.key === null || answer.value.key === field.key) return;
    draft.change(`${placeOf(at)}/key`, (content) => ({ ...content, body: answer.value.body }));
    if (key !== null) tell(words("js.form.renamed", { before: field.key, after: key }));
    return;
  }
}

/** The label was left: a key that follows it does so now. */
export function labelLeft(draft: Draft<Body>, id: string): void {
  const body = draft.body.peek();
  const at = placeById(body, id);
  const label = JSON.stringify(at ? fieldAt(body, at)?.label : null);
  if (!following.has(id) || page.peek().published[id] || suggestedFor.get(id) === label) return;
  suggestedFor.set(id, label);
  void rename(draft, id, null);
}
