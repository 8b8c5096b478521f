// Dialogs: opened by data-dialog, asked before a form is sent by data-confirm; focus goes back where it came from.

import { around, one } from "../lib/dom";

const cameFrom = new WeakMap<HTMLDialogElement, HTMLElement>();

function find(id: string | undefined): HTMLDialogElement | null {
  const element = id ? document.getElementById(id) : null;
  return element instanceof HTMLDialogElement ? element : null;
}

export function openDialog(dialog: HTMLDialogElement): void {
  if (dialog.open) return;
  if (document.activeElement instanceof HTMLElement) cameFrom.set(dialog, document.activeElement);
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      const origin = cameFrom.get(dialog);
      cameFrom.delete(dialog);
      if (origin?.isConnected) origin.focus();
    },
    { once: true },
  );
  dialog.showModal();
}

/** A form asks first when its submitter, or it itself, names a dialog; "confirm" there sends it as if nothing had been between. */
function askFirst(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const submitter = event.submitter instanceof HTMLElement ? event.submitter : null;
  const dialog = find(submitter?.dataset["confirm"] ?? form.dataset["confirm"]);
  if (!dialog || form.dataset["confirmed"] === "yes") {
    delete form.dataset["confirmed"];
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  openDialog(dialog);
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "confirm") return;
      form.dataset["confirmed"] = "yes";
      form.requestSubmit(submitter as HTMLButtonElement | null);
    },
    { once: true },
  );
}

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const opener = around(event, "[data-dialog]");
    const dialog = find(opener?.dataset["dialog"]);
    if (dialog) {
      openDialog(dialog);
      one<HTMLElement>("[autofocus]", dialog)?.focus();
    } else if (event.target instanceof HTMLDialogElement && event.target.open) {
      event.target.close("");
    }
  });
  document.addEventListener("submit", askFirst, true);
}
