// A form on its way: marked while it is being sent, so that a second click does nothing.

export function isBusy(form: HTMLFormElement): boolean {
  return form.dataset["busy"] === "yes";
}

/** The submitter is marked, never disabled: a disabled button would not send its name and value. */
export function markBusy(form: HTMLFormElement, submitter: HTMLElement | null): void {
  form.dataset["busy"] = "yes";
  submitter?.setAttribute("aria-busy", "true");
}

export function release(form: HTMLFormElement): void {
  delete form.dataset["busy"];
  for (const control of form.elements) control.removeAttribute("aria-busy"); // buttons outside that belong to it too
}
