// Menus are <details class="menu">, so they open without script; here they also close as menus should.

import { all, around, one } from "../lib/dom";

function close(menu: HTMLDetailsElement, focus: boolean): void {
  if (!menu.open) return;
  menu.open = false;
  if (focus) one("summary", menu)?.focus();
}

function openMenus(): HTMLDetailsElement[] {
  return all<HTMLDetailsElement>("details.menu[open]");
}

/** On a phone the tabs are wider than the window: the one that is open comes into view, without moving the page. */
function showCurrentTab(): void {
  for (const tab of all<HTMLElement>(".tabs a[aria-current]")) {
    const tabs = tab.parentElement;
    if (tabs) tabs.scrollLeft = Math.max(0, tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2);
  }
}

export function startMenus(): void {
  showCurrentTab();
  document.addEventListener("click", (event) => {
    const inside = around<HTMLDetailsElement>(event, "details.menu");
    for (const menu of openMenus()) if (menu !== inside) close(menu, false);
  });
  document.addEventListener("focusin", (event) => {
    const inside = around<HTMLDetailsElement>(event, "details.menu");
    for (const menu of openMenus()) if (menu !== inside) close(menu, false);
  });
  document.addEventListener("keydown", (event) => {
    const menu = around<HTMLDetailsElement>(event, "details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close(menu, true);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = all<HTMLElement>("summary, .menu-list a, .menu-list button", menu);
      const at = items.indexOf(document.activeElement as HTMLElement);
      const next = items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
}
