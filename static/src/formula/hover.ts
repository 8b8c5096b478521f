// What stands under the pointer, or at the cursor by Ctrl+I: shown as a card, and read out when asked for by keys.

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from "@codemirror/view";

/** Where a card belongs, what it shows, and what listeners hear of it. */
export interface Found {
  readonly from: number;
  readonly to: number;
  readonly dom: HTMLElement;
  readonly lines: readonly string[];
}

export interface Hovering {
  /** What there is to say of a place; null where nothing is. */
  readonly find: (text: string, at: number) => Promise<Found | null>;
  readonly tell: (words: string) => void;
}

const set = StateEffect.define<Tooltip | null>();

const pinned = StateField.define<Tooltip | null>({
  create: () => null,
  update(now, transaction) {
    for (const each of transaction.effects) if (each.is(set)) return each.value;
    return transaction.docChanged || transaction.selection ? null : now;
  },
  provide: (field) => showTooltip.from(field),
});

function tooltip(found: Found): Tooltip {
  return { pos: found.from, end: found.to, above: true, create: () => ({ dom: found.dom }) };
}

export function hovering({ find, tell }: Hovering): Extension {
  const ask = (view: EditorView): boolean => {
    const [text, at] = [view.state.doc.toString(), view.state.selection.main.head];
    void find(text, at).then((found) => {
      if (view.state.doc.toString() !== text || view.state.selection.main.head !== at) return;
      view.dispatch({ effects: set.of(found ? tooltip(found) : null) });
      if (found) tell(found.lines.join(" "));
    });
    return true;
  };
  const close = (view: EditorView): boolean => {
    if (!view.state.field(pinned)) return false;
    view.dispatch({ effects: set.of(null) });
    return true;
  };
  return [
    pinned,
    hoverTooltip(
      async (view, pos) => {
        const text = view.state.doc.toString();
        const found = text === "" ? null : await find(text, pos);
        return found && view.state.doc.toString() === text && found.from <= pos && pos <= found.to ? tooltip(found) : null;
      },
      { hideOnChange: true },
    ),
    keymap.of([
      { key: "Mod-i", run: ask, preventDefault: true },
      { key: "Escape", run: close },
    ]),
    EditorView.domEventHandlers({ blur: (_event, view) => (close(view), false) }),
  ];
}
