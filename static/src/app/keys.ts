// Keys of every page: "/" search, "?" the list, "g" and a letter to go, and whatever element names a key of its own.

import { all, isShown, one } from "../lib/dom";
import { isTyping, Sequence, singleKey } from "../lib/keys";
import { openDialog } from "./dialogs";

const STORED = "credence.keys";
const sequence = new Sequence(new Set(["g"]));

function switchedOff(): boolean {
  try {
    return localStorage.getItem(STORED) === "off";
  } catch {
    return false;
  }
}

function remember(off: boolean): void {
  try {
    if (off) localStorage.setItem(STORED, "off");
    else localStorage.removeItem(STORED);
  } catch {
    // Storage may be closed to us; then the choice lasts as long as the page.
  }
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.repeat && event.key !== "j" && event.key !== "k") return;
  const focused = document.activeElement;
  if (isTyping(focused instanceof HTMLElement ? focused : null)) return;
  const box = one<HTMLInputElement>("#keys-off");
  if (box?.checked || one("dialog[open]")) return;
  const single = singleKey(event);
  const key = single === null ? null : sequence.next(single, event.timeStamp);
  if (key === null || key === "enter") return;
  if (key === "/") {
    const search = one<HTMLInputElement>("#search");
    if (!search) return;
    search.focus();
    search.select();
  } else if (key === "?") {
    const list = one<HTMLDialogElement>("dialog#keys");
    if (!list) return;
    openDialog(list);
  } else {
    const named = all(`[data-key="${CSS.escape(key)}"]`).find(isShown);
    if (!named) {
      document.dispatchEvent(new CustomEvent("credence:key", { detail: key }));
      return;
    }
    if (named.matches("input, textarea, select")) named.focus();
    else named.click();
  }
  event.preventDefault();
}

export function startKeys(): void {
  const box = one<HTMLInputElement>("#keys-off");
  if (box) {
    box.checked = switchedOff();
    box.addEventListener("change", () => remember(box.checked));
  }
  document.addEventListener("keydown", press);
}
