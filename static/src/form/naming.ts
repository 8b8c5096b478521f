// Keys of fields: changed by the server, which finds every formula that names them; suggested from labels while nobody chose one.

import type { Draft } from "../designer/draft";
import { tell } from "../designer/context";
import { text as words } from "../lib/texts";
import { get, put, type Path } from "../designer/paths";
import { fieldAt, placeById, placeOf, type Body } from "./body";
import { page } from "./state";

/** Fields made in this window whose key still follows their label. */
const following = new Set<string>();
const suggestedFor = new Map<string, string>();

export function follows(id: string): void {
  following.add(id);
}

interface Change {
  readonly path: Path;
  readonly before: unknown;
  readonly after: unknown;
}

function changes(before: unknown, after: unknown, path: Path): readonly Change[] | null {
  if (Object.is(before, after)) return [];
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return [{ path, before, after }];
  const names = Array.isArray(before) ? before.map((_, index) => index) : Object.keys(before);
  if (names.length !== Object.keys(after).length) return null;
  const found = names.map((name) => changes(get(before, [name]), get(after, [name]), [...path, name]));
  return found.some((each) => each === null) ? null : found.flatMap((each) => each ?? []);
}

/**
 * What an answer changed of what was asked about, done to the form as it is by now: whoever types on does not wait.
 * Null where one of those places says something else meanwhile, or another text names the field now.
 */
export function carried(asked: Body, answered: Body, now: Body): Body | null {
  if (now === asked) return answered;
  const found = changes(asked, answered, []);
  if (!found || found.some(({ path, before }) => get(now, path) !== before)) return null;
  const fields = (body: Body): string => JSON.stringify(body.sections.map((section) => section.fields.map((each) => [each.id, each.compute, each.fields?.map((one) => [one.id, one.compute])])));
  const formulas = (body: Body): string => JSON.stringify([body.rules, body.checks, body.summary, body.book]);
  if (fields(asked) !== fields(now) || formulas(asked) !== formulas(now)) return null;
  return found.reduce((made, { path, after }) => put(made, path, after), now);
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
    if (key === null && !following.has(id)) return; // somebody chose one meanwhile
    if (answer.value.key === null || answer.value.key === field.key) return;
    const named = carried(body, answer.value.body, draft.body.peek());
    if (!named) continue;
    draft.change(`${placeOf(at)}/key`, (content) => ({ ...content, body: named }));
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
