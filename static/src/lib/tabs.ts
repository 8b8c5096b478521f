// Sections of a form behind tabs: one is shown at a time. Without script all of them stand one below the other.

import { all, around, one } from "./dom";

function tabsOf(holder: Element): HTMLElement[] {
  return all("[role=tab]", holder);
}

function panelOf(tab: HTMLElement): HTMLElement | null {
  return document.getElementById(tab.getAttribute("aria-controls") ?? "");
}

function choose(holder: Element, chosen: HTMLElement | undefined): void {
  if (!chosen) return;
  for (const tab of tabsOf(holder)) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    panelOf(tab)?.toggleAttribute("hidden", tab !== chosen);
  }
}

/** Draws the tabs inside `root` live: the one called `kept`, else the first in which something is wrong, else the first. */
export function tabsIn(root: ParentNode, kept = ""): void {
  for (const holder of all("[data-tabs]", root)) {
    const tabs = tabsOf(holder);
    holder.classList.add("is-live");
    one("[role=tablist]", holder)?.removeAttribute("hidden");
    for (const tab of tabs) panelOf(tab)?.setAttribute("role", "tabpanel");
    choose(holder, tabs.find((each) => each.id === kept) ?? tabs.find((each) => each.querySelector(".is-bad")) ?? tabs[0]);
  }
}

/** The id of the tab that is open inside `root`. */
export function openTab(root: ParentNode): string {
  return one("[data-tabs] [aria-selected=true]", root)?.id ?? "";
}

/** Opens whatever hides an element: the tab it stands behind, what is folded around it. */
export function reveal(element: Element): void {
  const panel = element.closest("[data-tabs] > [hidden]");
  const holder = panel?.closest("[data-tabs]");
  if (panel && holder) choose(holder, tabsOf(holder).find((each) => each.getAttribute("aria-controls") === panel.id));
  for (let fold = element.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
}

export function startTabs(): void {
  tabsIn(document);
  document.addEventListener("click", (event) => {
    const tab = around(event, "[data-tabs] [role=tab]");
    const holder = tab?.closest("[data-tabs]");
    if (tab && holder) choose(holder, tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = around(event, "[data-tabs] [role=tab]");
    const holder = tab?.closest("[data-tabs]");
    if (!tab || !holder) return;
    const tabs = tabsOf(holder);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = event.key === "Home" ? tabs[0] : event.key === "End" ? tabs.at(-1) : step ? tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] : undefined;
    if (!next) return;
    event.preventDefault();
    choose(holder, next);
    next.focus();
  });
  // Findings above a form lead to their fields, also where those are not to be seen; before the browser follows them.
  document.addEventListener("click", (event) => {
    const target = around<HTMLAnchorElement>(event, "a[href^='#']")?.getAttribute("href")?.slice(1);
    const found = target ? document.getElementById(target) : null;
    if (found) reveal(found);
  }, true);
}
