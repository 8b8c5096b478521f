// Parts of a page that htmx brings: focus for errors, messages for failures, sign-in when the session ended.

import { all, around, one } from "../lib/dom";
import { text } from "../lib/texts";
import { toast, type ToastKind } from "../lib/toasts";

interface Failed {
  readonly xhr: XMLHttpRequest;
}

interface Told {
  readonly text?: string;
  readonly kind?: ToastKind;
}

function focusErrors(root: ParentNode): void {
  one<HTMLElement>(".error-summary", root)?.focus();
}

/** A part that comes after its page says in its own place that it did not come; true where it is one. */
function saidThere(event: Event): boolean {
  const part = event.target instanceof Element ? event.target.closest("[data-late]") : null;
  if (!part) return false;
  part.removeAttribute("aria-busy");
  for (const each of all<HTMLElement>("[data-waiting]", part)) each.hidden = true;
  for (const each of all<HTMLElement>("[data-failed]", part)) each.hidden = false;
  return true;
}

/** 401: loading the page again leads to sign-in and, from there, back here. */
function failed(event: Event): void {
  const { xhr } = (event as CustomEvent<Failed>).detail;
  if (xhr.status === 401) location.reload();
  else if (saidThere(event)) return;
  else if (xhr.status === 403) toast(text("js.error.forbidden"), { kind: "bad" });
  else if (xhr.status === 404) toast(text("js.error.missing"), { kind: "bad" });
  else toast(text("js.error.server"), { kind: "bad" });
}

function selectAll(event: Event): void {
  const box = around<HTMLInputElement>(event, "input[data-pick-all]");
  const table = box?.closest("table");
  if (!box || !table) return;
  for (const row of all<HTMLInputElement>("tbody .pick input:not(:disabled)", table)) row.checked = box.checked;
}

/** A filter row sends itself when a choice changes; without script its button does. */
function sendFilters(event: Event): void {
  const control = around<HTMLSelectElement | HTMLInputElement>(event, "form[data-filters] :is(select, [type=checkbox], [type=date])");
  control?.form?.requestSubmit();
}

export function startParts(): void {
  focusErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target instanceof Element) focusErrors(event.target);
  });
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", (event) => {
    if (!saidThere(event)) toast(text("js.error.network"), { kind: "bad" });
  });
  document.addEventListener("toast", (event) => {
    const { text: words, kind } = (event as CustomEvent<Told>).detail;
    if (words) toast(words, kind ? { kind } : {});
  });
  document.addEventListener("change", (event) => {
    selectAll(event);
    sendFilters(event);
  });
  document.addEventListener("click", (event) => {
    if (around(event, "[data-print]")) window.print();
    if (around(event, "[data-reload]")) location.reload();
  });
  for (const button of all("form[data-filters] [data-without-script]")) button.hidden = true;
}
