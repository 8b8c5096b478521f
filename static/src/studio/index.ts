// The JSON editor of the studio: a problem's line jumps to its place, Tab indents until Escape was pressed.

import { around } from "../lib/dom";

function textOf(link: HTMLElement): HTMLTextAreaElement | null {
  const id = link.getAttribute("href")?.slice(1);
  const found = id ? document.getElementById(id) : null;
  return found instanceof HTMLTextAreaElement ? found : null;
}

/** Marks the words a problem is about and brings their line to the middle. Offsets are UTF-16 units, as here. */
function jump(event: Event): void {
  const link = around<HTMLElement>(event, "[data-jump-start]");
  const area = link ? textOf(link) : null;
  if (!link || !area) return;
  event.preventDefault();
  const start = Number(link.dataset["jumpStart"]);
  area.focus();
  area.setSelectionRange(start, Math.max(start, Number(link.dataset["jumpEnd"])));
  const line = area.value.slice(0, start).split("\n").length - 1;
  const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 18;
  area.scrollTop = Math.max(0, line * height - area.clientHeight / 2);
}

/** Tab writes two blanks in a code field; after Escape it leaves the field, so that nobody is caught in it. */
function indent(): void {
  let leaving = false;
  document.addEventListener("keydown", (event) => {
    const area = event.target;
    if (!(area instanceof HTMLTextAreaElement) || !area.classList.contains("is-code")) return;
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !event.shiftKey && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    } else leaving = false;
  });
}

document.addEventListener("click", jump);
indent();
