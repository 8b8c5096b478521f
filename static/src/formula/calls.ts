// The call around the cursor: which parameter is being written, above the line, gone with Escape; by keys Ctrl+Shift+Space.

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { keymap, showTooltip, ViewPlugin, type EditorView, type Tooltip, type ViewUpdate } from "@codemirror/view";
import { mayCall, type Within } from "./answer";

export interface Calling {
  readonly find: (text: string, at: number) => Promise<Within | null>;
  readonly draw: (within: Within) => HTMLElement;
  /** What listeners hear when another parameter begins. */
  readonly hear: (within: Within) => void;
}

const DELAY = 200;

interface Open {
  readonly tooltip: Tooltip;
  readonly key: string;
}

const set = StateEffect.define<Open | null>();

const open = StateField.define<Open | null>({
  create: () => null,
  update(now, transaction) {
    for (const each of transaction.effects) if (each.is(set)) return each.value;
    if (!now || !transaction.docChanged) return now;
    return { ...now, tooltip: { ...now.tooltip, pos: transaction.changes.mapPos(now.tooltip.pos) } };
  },
  provide: (field) => showTooltip.from(field, (now) => now?.tooltip ?? null),
});

export function calls({ find, draw, hear }: Calling): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      private handle: number | null = null;
      /** The call that was sent away: it comes back with another one, or when asked for. */
      private hidden = "";

      constructor(private readonly view: EditorView) {}

      update(update: ViewUpdate): void {
        if (update.docChanged || update.selectionSet || update.focusChanged) this.later();
      }

      later(): void {
        this.stop();
        this.handle = window.setTimeout(() => void this.look(false), DELAY);
      }

      /** Dispatching is not allowed inside an update, so this comes a moment later. */
      async look(wanted: boolean): Promise<void> {
        const { state } = this.view;
        const [text, at] = [state.doc.toString(), state.selection.main.head];
        const possible = this.view.hasFocus && state.selection.main.empty && mayCall(state.sliceDoc(0, at));
        const within = possible ? await find(text, at) : null;
        if (this.view.state.doc.toString() !== text || this.view.state.selection.main.head !== at) return;
        const name = within?.name ?? "";
        if (wanted || name !== this.hidden) this.hidden = "";
        this.show(within && !this.hidden ? within : null, at);
      }

      show(within: Within | null, at: number): void {
        const now = this.view.state.field(open);
        const key = within ? `${within.name} ${within.argument}` : "";
        if (key === (now?.key ?? "")) return;
        const begin = within && now && now.key.startsWith(`${within.name} `) ? now.tooltip.pos : at;
        const tooltip: Tooltip | null = within && { pos: begin, above: true, create: () => ({ dom: draw(within) }) };
        this.view.dispatch({ effects: set.of(tooltip && { tooltip, key }) });
        if (within) hear(within);
      }

      hide(): boolean {
        const now = this.view.state.field(open);
        if (!now) return false;
        this.hidden = now.key.slice(0, now.key.lastIndexOf(" "));
        this.view.dispatch({ effects: set.of(null) });
        return true;
      }

      stop(): void {
        if (this.handle !== null) window.clearTimeout(this.handle);
        this.handle = null;
      }

      destroy(): void {
        this.stop();
      }
    },
  );
  return [
    open,
    plugin,
    keymap.of([
      { key: "Mod-Shift-Space", run: (view) => (void view.plugin(plugin)?.look(true), true), preventDefault: true },
      { key: "Escape", run: (view) => view.plugin(plugin)?.hide() ?? false },
    ]),
  ];
}
