// A dot before each line with a problem, red for an error and amber for a warning, that also says what it means.

import { forEachDiagnostic, setDiagnosticsEffect } from "@codemirror/lint";
import type { EditorState, Extension } from "@codemirror/state";
import { EditorView, gutter, GutterMarker } from "@codemirror/view";

/** What the dot of a line says: the messages of its problems. */
export type Say = (severity: "error" | "warning", line: number, messages: readonly string[]) => string;

class Dot extends GutterMarker {
  constructor(
    readonly severity: "error" | "warning",
    readonly words: string,
  ) {
    super();
  }

  override eq(other: Dot): boolean {
    return other.severity === this.severity && other.words === this.words;
  }

  override toDOM(): HTMLElement {
    const dot = document.createElement("span");
    dot.className = `cm-dot is-${this.severity}`;
    dot.setAttribute("role", "img");
    dot.setAttribute("aria-label", this.words);
    dot.title = this.words;
    return dot;
  }
}

function dotOf(state: EditorState, from: number, to: number, say: Say): Dot | null {
  const found: { severity: string; message: string }[] = [];
  forEachDiagnostic(state, (each, start) => {
    if (start >= from && start <= to) found.push(each);
  });
  if (found.length === 0) return null;
  const severity = found.some((each) => each.severity === "error") ? "error" : "warning";
  return new Dot(severity, say(severity, state.doc.lineAt(from).number, found.map((each) => each.message)));
}

export function dots(say: Say): Extension {
  return [
    gutter({
      class: "cm-dots",
      lineMarker: (view, line) => dotOf(view.state, line.from, line.to, say),
      lineMarkerChange: (update) => update.docChanged || update.transactions.some((each) => each.effects.some((effect) => effect.is(setDiagnosticsEffect))),
    }),
    // The editor hides its gutters from listeners: ours says something that stands nowhere else in the line.
    EditorView.updateListener.of((update) => shown(update.view)),
  ];
}

export function shown(view: EditorView): void {
  view.dom.querySelector(".cm-gutters[aria-hidden]")?.removeAttribute("aria-hidden");
}
