// Live checks of a form: an answer that comes late never takes away what was typed while it was under way.

import { all } from "../lib/dom";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface Swap {
  shouldSwap: boolean;
}

const PARTS = "[id^='part-']";
/** A file on its way in, a signature half drawn: what is under way would be lost with the part that holds it. */
const UNDER_WAY = "[data-busy], [data-drawing]";

/** What a part of the form holds now; its own mark of how it was drawn is no answer of anybody's. */
function held(part: Element): string {
  const said = all<Control>(":is(input, select, textarea)[name]:not([name^='seen-'])", part).map((control) => {
    const ticked = control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type);
    return [control.name, control.value, ticked ? control.checked : true];
  });
  return JSON.stringify(said);
}

export function startLiveChecks(): void {
  const sent = new Map<string, string>();

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    for (const part of form ? all(PARTS, form) : []) sent.set(part.id, held(part));
  });
  // The check of what was typed meanwhile follows, and draws the part that is passed over here.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.target;
    if (!(part instanceof Element) || !part.matches(PARTS)) return;
    const before = sent.get(part.id);
    const typed = before !== undefined && before !== held(part);
    if (typed || part.querySelector(UNDER_WAY)) (event as CustomEvent<Swap>).detail.shouldSwap = false;
  });
}
