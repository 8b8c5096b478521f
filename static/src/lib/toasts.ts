// Short messages at the bottom of the page, read out by the live region they stand in.

import { make, one } from "./dom";
import { text } from "./texts";

export type ToastKind = "info" | "good" | "warn" | "bad";

export interface ToastAction {
  readonly label: string;
  run(): void;
}

export interface ToastSetup {
  readonly kind?: ToastKind;
  readonly action?: ToastAction;
  /** Milliseconds until it goes; 0 keeps it until it is closed, as errors must be. */
  readonly stay?: number;
}

/** Shows `message`; the function returned takes it away. */
export function toast(message: string, setup: ToastSetup = {}): () => void {
  const region = one("#toasts");
  if (!region) return () => undefined;
  const kind = setup.kind ?? "info";
  const note = make("div", { class: `toast-note is-${kind}` });
  const close = (): void => note.remove();
  note.append(make("span", { class: "words" }, message));
  if (setup.action) {
    const { label, run } = setup.action;
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      close();
      run();
    });
    note.append(button);
  } else {
    const button = make("button", { type: "button" }, text("js.close"));
    button.addEventListener("click", close);
    note.append(button);
  }
  region.append(note);
  const stay = setup.stay ?? (kind === "bad" ? 0 : 5000);
  if (stay > 0) window.setTimeout(close, stay);
  return close;
}
