// The inbox: choose rows by key, preview beside the list, decide with five seconds to undo.

import { release } from "../lib/busy";
import { afterLeaving, move, range } from "../lib/choice";
import { all, around, isShown, make, one } from "../lib/dom";
import { Pending } from "../lib/pending";
import { loadTexts, text } from "../lib/texts";
import { toast } from "../lib/toasts";
import { answerOf, send, type Act, type Outcome } from "./decision";

const PREVIEW_DELAY = 120;

class Inbox {
  private current: HTMLTableRowElement | null = null;
  private anchor = -1;
  private preview = 0;
  private readonly typed = new Map<string, string>();
  private readonly notices = new Map<string, string>();
  private readonly closers = new Map<string, () => void>();
  private readonly pending = new Pending<Act>((id, act, leaving) => void this.commit(id, act, leaving), {
    set: (run, after) => window.setTimeout(run, after),
    clear: (handle) => window.clearTimeout(handle),
  });

  constructor(
    private readonly root: HTMLElement,
    private readonly pane: HTMLElement | null,
  ) {
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("change", (event) => this.picked(event));
    root.addEventListener("focusin", (event) => {
      const row = around<HTMLTableRowElement>(event, "tr[data-task]");
      if (row && row !== this.current && around(event, ".row-link")) this.choose(row, false);
    });
    document.addEventListener("credence:key", (event) => this.key((event as CustomEvent<string>).detail));
    document.addEventListener("submit", (event) => this.decide(event), true);
    document.addEventListener("input", (event) => this.remember(event));
    document.addEventListener("htmx:afterSwap", () => this.restore());
    window.addEventListener("pagehide", () => this.pending.flush(true));
    const first = one<HTMLTableRowElement>("tr[data-task].is-current", root) ?? this.rows()[0];
    if (first && this.paneShown()) this.choose(first, false);
    this.count();
  }

  private rows(): HTMLTableRowElement[] {
    return all<HTMLTableRowElement>("tr[data-task]", this.root).filter((row) => !row.hidden);
  }

  private paneShown(): boolean {
    return this.pane !== null && isShown(this.pane);
  }

  private idOf(row: HTMLTableRowElement | null): string {
    return row?.dataset["task"] ?? "";
  }

  private choose(row: HTMLTableRowElement, focus: boolean): void {
    this.current?.classList.remove("is-current");
    this.current?.removeAttribute("aria-current");
    this.current = row;
    row.classList.add("is-current");
    row.setAttribute("aria-current", "true");
    if (focus) one<HTMLElement>(".row-link", row)?.focus({ preventScroll: true });
    if (focus) row.scrollIntoView({ block: "nearest" });
    this.load(row);
  }

  /** Moving fast through rows asks for the last one only. */
  private load(row: HTMLTableRowElement): void {
    const pane = this.pane;
    const address = row.dataset["preview"];
    window.clearTimeout(this.preview);
    if (!pane || !address || !this.paneShown() || pane.dataset["shows"] === this.idOf(row)) return;
    this.preview = window.setTimeout(() => {
      pane.dataset["shows"] = this.idOf(row);
      void window.htmx.ajax("get", address, { target: pane, swap: "innerHTML" });
    }, PREVIEW_DELAY);
  }

  /** Beside the list a click previews; where there is no pane the link opens the page, as it does without script. */
  private clicked(event: MouseEvent): void {
    const row = around<HTMLTableRowElement>(event, "tr[data-task]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (around(event, ".pick, button, form") || !this.paneShown()) return;
    const link = around<HTMLAnchorElement>(event, "a");
    if (link && !link.classList.contains("row-link")) return;
    if (link && row === this.current && event.detail === 0) return; // Enter on the chosen row opens it
    if (link && event.detail === 2) return;
    if (link) event.preventDefault();
    this.choose(row, true);
  }

  private key(key: string): void {
    const rows = this.rows();
    const at = this.current ? rows.indexOf(this.current) : -1;
    if (key === "j" || key === "k") {
      const row = rows[move(at, key === "j" ? 1 : -1, rows.length)];
      if (row) this.choose(row, true);
    } else if (key === "x" || key === "shift+x") {
      this.pick(rows, at, key === "shift+x");
    } else if (key === "o" && this.current) {
      const link = one<HTMLAnchorElement>(".row-link", this.current);
      if (link) location.assign(link.href);
    } else if (key === "z") {
      const last = this.pending.latest;
      if (last) this.undo(last);
    }
  }

  private pick(rows: HTMLTableRowElement[], at: number, whole: boolean): void {
    const boxOf = (index: number): HTMLInputElement | null => {
      const row = rows[index];
      return row ? one<HTMLInputElement>(".pick input:not(:disabled)", row) : null;
    };
    if (at < 0) return;
    if (whole) {
      for (const index of range(this.anchor, at)) {
        const box = boxOf(index);
        if (box) box.checked = true;
      }
    } else {
      const box = boxOf(at);
      if (box) box.checked = !box.checked;
    }
    this.anchor = at;
    this.count();
  }

  private picked(event: Event): void {
    const row = around<HTMLTableRowElement>(event, "tr[data-task]");
    if (row) this.anchor = this.rows().indexOf(row);
    window.setTimeout(() => this.count(), 0); // after "select all" has set the boxes
  }

  /** Batch buttons say how many are chosen and rest while none is. */
  private count(): void {
    const chosen = all<HTMLInputElement>("tbody .pick input:checked", this.root).length;
    for (const place of all("[data-picked-count]")) place.textContent = chosen ? text("js.inbox.count", { count: chosen }) : "";
    for (const button of all<HTMLButtonElement>("[data-needs-picked]")) button.disabled = chosen === 0;
  }

  private decide(event: SubmitEvent): void {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-decide]") || !this.pane?.contains(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    release(form); // it is not on its way yet
    const row = this.current;
    const id = this.idOf(row);
    const act = answerOf(form, event.submitter);
    if (!row || !act || form.dataset["decide"] !== id || !this.mayGo(form, act)) return;
    if (!this.pending.add(id, act)) return;
    const rows = this.rows();
    const next = rows[afterLeaving(rows.indexOf(row), rows.length)];
    row.hidden = true;
    this.closers.set(id, toast(text(`js.inbox.done.${act.answer}`, { name: act.name }), {
      kind: "good",
      stay: 0,
      action: { label: text("js.inbox.undo"), run: () => this.undo(id) },
    }));
    if (next) this.choose(next, true);
    else this.clearPane();
  }

  /** The server has the last word; this only spares a round trip for an opinion that is plainly missing. */
  private mayGo(form: HTMLFormElement, act: Act): boolean {
    const field = one<HTMLTextAreaElement>("textarea[name=comment]", form);
    if (!field || !act.needsComment || field.value.trim()) return true;
    field.setCustomValidity(text("js.inbox.comment_required"));
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
    field.focus();
    field.reportValidity();
    return false;
  }

  private clearPane(): void {
    this.current = null;
    if (!this.pane) return;
    this.pane.replaceChildren(make("p", { class: "empty is-muted" }, text("js.inbox.all_done")));
    delete this.pane.dataset["shows"];
  }

  private undo(id: string): void {
    const act = this.pending.undo(id);
    this.closers.get(id)?.();
    this.closers.delete(id);
    if (!act) return;
    this.typed.set(id, act.comment);
    this.bringBack(id);
    toast(text("js.inbox.undone"), { stay: 2500 });
  }

  private bringBack(id: string): void {
    const row = one<HTMLTableRowElement>(`tr[data-task="${CSS.escape(id)}"]`, this.root);
    if (!row) return;
    row.hidden = false;
    if (this.pane) delete this.pane.dataset["shows"];
    this.choose(row, true);
  }

  private async commit(id: string, act: Act, leaving: boolean): Promise<void> {
    this.closers.get(id)?.();
    this.closers.delete(id);
    const outcome = await send(act, leaving);
    if (leaving) return;
    if (outcome.ok) this.settled(id);
    else this.refused(id, act, outcome);
  }

  private settled(id: string): void {
    this.typed.delete(id);
    one(`tr[data-task="${CSS.escape(id)}"]`, this.root)?.remove();
    this.count();
    document.dispatchEvent(new CustomEvent("credence:decided", { detail: id }));
    if (this.rows().length === 0 && this.pending.size === 0) location.reload();
  }

  /** What was typed comes back with the card, under a notice that says who was first or what is wrong. */
  private refused(id: string, act: Act, outcome: Outcome): void {
    if (outcome.signIn) {
      location.reload();
      return;
    }
    this.typed.set(id, act.comment);
    this.notices.set(id, outcome.message);
    toast(text("js.inbox.refused", { name: act.name, reason: outcome.message }), { kind: "bad" });
    this.bringBack(id);
  }

  private remember(event: Event): void {
    const field = around<HTMLTextAreaElement>(event, "form[data-decide] textarea[name=comment]");
    const id = field?.form?.dataset["decide"];
    if (field && id) this.typed.set(id, field.value);
  }

  /** A card that comes (again) shows what was typed for it before, even where nothing can be answered any more. */
  private restore(): void {
    const pane = this.pane;
    const form = pane ? one<HTMLFormElement>("form[data-decide]", pane) : null;
    const id = form?.dataset["decide"] ?? pane?.dataset["shows"];
    if (!pane || !id) return;
    const field = form ? one<HTMLTextAreaElement>("textarea[name=comment]", form) : null;
    const words = this.typed.get(id);
    if (field && words && !field.value) field.value = words;
    if (!form && words) {
      pane.append(make("p", { class: "is-muted is-small mt-2 mb-0" }, text("js.inbox.typed")), make("blockquote", {}, words));
    }
    const notice = this.notices.get(id);
    if (notice) {
      this.notices.delete(id);
      (form ?? pane).prepend(make("p", { class: "notice notice-warn", role: "alert" }, notice));
    }
  }
}

async function start(): Promise<void> {
  await loadTexts();
  const root = one("[data-inbox]");
  if (root) new Inbox(root, one("#preview"));
}

void start();
