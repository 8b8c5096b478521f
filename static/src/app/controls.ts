// Controls of forms that the page helps with: divisions inside divisions, pickers that search, options that depend on
// another answer. Without script each of them is answered all the same, and the server judges in either case.

import { all, around, make, one } from "../lib/dom";
import { isComposing } from "../lib/keys";
import { text } from "../lib/texts";

interface Pick {
  readonly id: string;
  readonly name: string;
  readonly note: string;
}

const WAIT = 250;

/** What there is to pick; nothing when the server cannot be reached: what is typed is judged there anyway. */
async function offered(of: string, search: string): Promise<Pick[]> {
  const address = one<HTMLMetaElement>("meta[name=pick]")?.content;
  if (!address) return [];
  try {
    const answer = await fetch(`${address}?${new URLSearchParams({ of, search })}`, { headers: { Accept: "application/json" } });
    return answer.ok ? ((await answer.json()) as Pick[]) : [];
  } catch {
    return [];
  }
}

// addresses ----------------------------------------------------------------------------------------------------

function refill(list: HTMLSelectElement, options: readonly Pick[]): void {
  list.replaceChildren(...[...list.options].slice(0, 1), ...options.map(({ id, name }) => new Option(name, id)));
  list.value = "";
  list.hidden = options.length === 0;
}

async function goDown(changed: HTMLSelectElement): Promise<void> {
  const lists = all<HTMLSelectElement>("select[data-level]", changed.closest("[data-places]") ?? document);
  const below = lists.slice(lists.indexOf(changed) + 1);
  for (const list of below) refill(list, []);
  const [next] = below;
  const chosen = changed.value;
  if (!next || !chosen) return;
  const inside = await offered("place", chosen);
  if (changed.value === chosen) refill(next, inside);
}

// options that depend ------------------------------------------------------------------------------------------

/** The answers given to the field that `control` depends on, in its row or else in the form around it. */
function above(control: HTMLElement): string[] {
  const name = control.getAttribute("name") ?? one<HTMLInputElement>("input", control)?.name ?? "";
  const row = name.slice(0, name.length - (control.dataset["key"] ?? "").length);
  const form = control.closest("form");
  if (!form) return [];
  for (const prefix of [row, row.replace(/[^-]+-\d+-$/, "")]) {
    const found = all<HTMLSelectElement | HTMLInputElement>(`[name="${CSS.escape(prefix + (control.dataset["dependsOn"] ?? ""))}"]`, form);
    if (found.length > 0) return found.filter((each) => !(each instanceof HTMLInputElement) || each.type !== "checkbox" || each.checked).map((each) => each.value);
  }
  return [];
}

/** Groups tell readers without script what goes with what; here the rest goes away, and so do they. */
function ungroup(control: HTMLSelectElement): void {
  const chosen = control.value;
  for (const group of all("optgroup", control)) group.replaceWith(...group.childNodes);
  control.value = chosen;
}

function narrow(control: HTMLElement): void {
  const given = above(control);
  if (control instanceof HTMLSelectElement && one("optgroup", control)) ungroup(control);
  for (const option of all<HTMLOptionElement | HTMLInputElement>("[data-under]", control)) {
    const fits = (option.dataset["under"] ?? "").split(" ").some((code) => given.includes(code));
    const chosen = option instanceof HTMLOptionElement ? option.selected : option.checked;
    // What is chosen stays to be seen, with the server's word on it; only what nobody chose goes away.
    const place = option instanceof HTMLOptionElement ? option : option.closest("label");
    option.disabled = !fits && !chosen;
    if (place) place.hidden = !fits && !chosen;
  }
}

function narrowAll(root: ParentNode = document): void {
  all("[data-depends-on]", root).forEach(narrow);
}

// pickers ------------------------------------------------------------------------------------------------------

const waiting = new WeakMap<HTMLInputElement, number>();

function listOf(box: HTMLInputElement): HTMLElement {
  const known = one(`#${CSS.escape(`${box.id}-found`)}`);
  if (known) return known;
  const list = make("div", { id: `${box.id}-found`, class: "picks", role: "listbox", "aria-label": box.getAttribute("aria-label") ?? "" });
  list.hidden = true;
  box.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]] as const) box.setAttribute(name, value);
  return list;
}

function close(box: HTMLInputElement): void {
  const list = listOf(box);
  list.hidden = true;
  list.replaceChildren();
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function point(box: HTMLInputElement, by: number): void {
  const options = all("[role=option]", listOf(box));
  if (options.length === 0) return;
  const now = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const next = options[(now + by + options.length) % options.length] ?? options[0];
  options.forEach((each) => each.setAttribute("aria-selected", String(each === next)));
  if (next) {
    box.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }
}

function choose(box: HTMLInputElement, id: string, name: string): void {
  const group = box.closest<HTMLElement>("[data-pick]");
  if (!group) return;
  if (!group.hasAttribute("data-multiple")) all(".picked", group).forEach((each) => each.remove());
  if (!all<HTMLInputElement>(".picked input", group).some((each) => each.value === id)) {
    const label = make("label", { class: "picked" });
    const tick = make("input", { type: "checkbox", name: box.name, value: id });
    tick.checked = true;
    label.append(tick, ` ${name}`);
    box.before(label);
  }
  box.value = "";
  close(box);
  box.focus();
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function show(box: HTMLInputElement, found: readonly Pick[]): void {
  const list = listOf(box);
  const options = found.map(({ id, name, note }, place) => {
    const option = make("div", { role: "option", id: `${list.id}-${place}`, "data-id": id, "data-name": name, "aria-selected": "false" }, name);
    if (note) option.append(make("span", { class: "note" }, note));
    return option;
  });
  list.replaceChildren(...(options.length > 0 ? options : [make("p", { class: "note" }, text("js.pick.none"))]));
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
}

function search(box: HTMLInputElement): void {
  window.clearTimeout(waiting.get(box));
  const group = box.closest<HTMLElement>("[data-pick]");
  const typed = box.value.trim();
  if (!group || !typed) return close(box);
  waiting.set(
    box,
    window.setTimeout(async () => {
      const found = await offered(group.dataset["pick"] ?? "", typed);
      if (box.value.trim() === typed && document.activeElement === box) show(box, found);
    }, WAIT),
  );
}

function keyed(event: KeyboardEvent): void {
  const box = around<HTMLInputElement>(event, "[data-pick] input[type=search]");
  if (!box || isComposing(event)) return;
  const list = listOf(box);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (list.hidden) search(box);
    else point(box, event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Escape" && !list.hidden) {
    close(box);
    event.preventDefault();
  } else if (event.key === "Enter" && !list.hidden) {
    const option = one("[aria-selected=true]", list) ?? one("[role=option]", list);
    if (option) choose(box, option.dataset["id"] ?? "", option.dataset["name"] ?? "");
    event.preventDefault();
  }
}

interface Sending {
  readonly formData: FormData;
}

/** A live check that goes out while somebody types in a picker leaves out the half-written word. */
function hold(event: Event): void {
  const box = document.activeElement;
  if (!(box instanceof HTMLInputElement) || !box.value || !box.matches("[data-pick] input[type=search]")) return;
  const { formData } = (event as CustomEvent<Sending>).detail;
  const values = formData.getAll(box.name);
  const place = values.lastIndexOf(box.value);
  if (place < 0) return;
  formData.delete(box.name);
  // The box itself is told empty, as it is when everything in it was chosen.
  values.forEach((value, at) => formData.append(box.name, at === place ? "" : value));
}

export function startControls(): void {
  narrowAll();
  document.addEventListener("htmx:load", (event) => {
    if (event.target instanceof Element) narrowAll(event.target);
  });
  document.addEventListener("change", (event) => {
    const list = around<HTMLSelectElement>(event, "[data-places] select[data-level]");
    if (list) void goDown(list);
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form) narrowAll(form);
  });
  document.addEventListener("input", (event) => {
    const box = around<HTMLInputElement>(event, "[data-pick] input[type=search]");
    if (box) search(box);
  });
  document.addEventListener("htmx:configRequest", hold);
  document.addEventListener("keydown", keyed);
  // Pressing the mouse on an option must not take the focus from the box before the click arrives.
  document.addEventListener("mousedown", (event) => {
    if (around(event, ".picks [role=option]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = around(event, ".picks [role=option]");
    const box = option?.closest("[data-pick]")?.querySelector<HTMLInputElement>("input[type=search]");
    if (option && box) choose(box, option.dataset["id"] ?? "", option.dataset["name"] ?? "");
  });
  document.addEventListener("focusout", (event) => {
    const box = around<HTMLInputElement>(event, "[data-pick] input[type=search]");
    if (box) close(box);
  });
}
