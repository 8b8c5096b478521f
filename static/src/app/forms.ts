// Forms: a double click acts once, an input method's Enter never sends, leaving with changes asks.

import { isBusy, markBusy, release } from "../lib/busy";
import { all } from "../lib/dom";
import { isComposing } from "../lib/keys";

const RELEASE_DOWNLOAD = 3000;

function actOnce(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "dialog" || event.defaultPrevented) return;
  if (isBusy(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  markBusy(form, event.submitter);
  delete form.dataset["changed"];
  if (form.hasAttribute("data-download")) window.setTimeout(() => release(form), RELEASE_DOWNLOAD);
}

/** Choices that fit only some places stand there while one of theirs is chosen; without script the server says so. */
function fitPlaces(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLSelectElement>("select[data-place]")?.value;
  if (place === undefined) return;
  for (const choice of all<HTMLInputElement>("input[data-places]", form)) {
    const fits = (choice.dataset["places"] ?? "").split(" ").includes(place);
    choice.disabled = !fits;
    choice.parentElement?.toggleAttribute("hidden", !fits);
  }
}

function fitAll(): void {
  for (const form of all<HTMLFormElement>("form:has(select[data-place])")) fitPlaces(form);
}

export function startForms(): void {
  fitAll();
  document.addEventListener("htmx:afterSwap", fitAll);
  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select instanceof HTMLSelectElement && select.hasAttribute("data-place") && select.form) fitPlaces(select.form);
  });
  // In the capture phase on document, after the question of dialogs.ts and before htmx, which listens on the form.
  document.addEventListener("submit", actOnce, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form) release(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) all<HTMLFormElement>("form[data-busy]").forEach(release);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && isComposing(event) && event.target instanceof HTMLInputElement) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    true,
  );
  // Ctrl+S keeps what is being written, also from inside a control.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "s") return;
    const button = document.querySelector<HTMLButtonElement>("button[data-save]");
    if (!button || isComposing(event)) return;
    event.preventDefault();
    if (!event.repeat) button.click();
  });
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest<HTMLFormElement>("form[data-guard]") : null;
    if (form) form.dataset["changed"] = "yes";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
  });
}
