// Cards beside the text: what a name or a function is and came to, a function in the list of offers, the call around the cursor.

import { text as words } from "../lib/texts";
import { say } from "../designer/labels";
import { signature, type Called, type Example, type Here, type Within } from "./answer";
import type { Value } from "./trial";

function made(tag: string, look: string, ...inner: readonly (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.append(...inner);
  return element;
}

function examples(found: readonly Example[]): readonly HTMLElement[] {
  return found.map(([call, value]) => made("p", "cm-card-example", made("code", "", call), made("span", "", " = "), made("code", "", value)));
}

/** The value for a customer, as one line; a null with why it is one. */
export function valueWords(who: string, value: Value): string {
  return value.value === null ? words("js.formula.value.null", { who, why: (value.why ?? []).join(" ") }) : words("js.formula.value.is", { who, value: value.value });
}

export interface Shown {
  readonly here: Here | null;
  /** `text` is the part of the formula it is of; empty for all of it. */
  readonly value: { readonly who: string; readonly found: Value; readonly text: string } | null;
}

const SHORT = 60;

/** What a card says, line by line: the first names what it is about. Listeners hear the same. */
export function linesOf({ here, value }: Shown, language: string): readonly string[] {
  const lines: string[] = [];
  if (here?.function) {
    lines.push(here.function.signature, say(here.function.help, language));
    const differs = say(here.function.differs, language);
    if (differs) lines.push(words("js.formula.differs", { words: differs }));
  } else if (here) {
    const label = say(here.label, language);
    const origin = here.kind === "name" && here.origin ? words(`js.formula.origin.${here.origin}`) : "";
    const kind = here.kind === "name" ? origin : words(`js.formula.kind.${here.kind}`);
    lines.push(here.name, [label === here.name ? "" : label, here.type_words, here.unit, kind].filter(Boolean).join(" \u00b7 "));
    if (here.kind === "name" && here.nullable) lines.push(words("js.formula.may_miss"));
  } else if (value) lines.push(value.text === "" ? words("js.formula.whole") : value.text.length > SHORT ? `${[...value.text].slice(0, SHORT).join("")}\u2026` : value.text);
  if (value) lines.push(valueWords(value.who, value.found));
  return lines.filter(Boolean);
}

/** What stands there, as a card. */
export function card(shown: Shown, language: string): HTMLElement {
  const [title, ...rest] = linesOf(shown, language);
  const called = shown.here?.function;
  const value = shown.value ? rest.pop() : undefined;
  return made(
    "div",
    "cm-card",
    made("p", "cm-card-title", made("code", "", title ?? "")),
    ...rest.map((line) => made("p", "", line)),
    ...(called ? examples(called.examples.slice(0, 1)) : []),
    ...(value ? [made("p", `cm-card-value${shown.value?.found.value === null ? " is-null" : ""}`, value)] : []),
  );
}

/** Beside a function that is offered: what it does, an example. */
export function help(called: Pick<Called, "help"> & { readonly examples: readonly Example[] }, language: string): HTMLElement {
  return made("div", "cm-card", made("p", "", say(called.help, language)), ...examples(called.examples));
}

/** The parameter being written, in words. */
export function paramWords(within: Within): string {
  const param = within.params[within.argument];
  return param ? words(param.optional ? "js.formula.param_optional" : "js.formula.param", { name: param.name, kind: param.kind }) : words("js.formula.param_none");
}

/** The call the cursor stands in. */
export function callCard(within: Within, language: string): HTMLElement {
  const [before, now, behind] = signature(within);
  return made("div", "cm-card cm-call", made("p", "cm-card-title", made("code", "", before, made("strong", "", now), behind)), made("p", "", paramWords(within)), made("p", "cm-card-muted", say(within.help, language)));
}
