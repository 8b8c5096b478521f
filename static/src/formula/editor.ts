// The editor of a formula: CodeMirror with our colours, names offered by the server, problems underlined.

import { autocompletion, completionKeymap, pickedCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { insertNewline, standardKeymap } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { forEachDiagnostic, nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { text as words } from "../lib/texts";
import type { Fix, Problem } from "../designer/problems";
import { asks, beside, difference, insertion, marks, mended, offered, type Answer, type Item } from "./answer";
import { calls } from "./calls";
import { callCard, card, help, linesOf, paramWords } from "./cards";
import { dots, shown } from "./dots";
import { hovering, type Found } from "./hover";
import { colours, theme } from "./look";
import type { Asked } from "./questions";
import { pieceAt, Vocabulary, type Dialect, type Open } from "./tokens";
import { trial, valueAt } from "./trial";

export const LONGEST = 4000;

export interface EditorProps {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly language: string;
  readonly nonce: string;
  readonly onChange: (text: string) => void;
  /** One stroke that is a step of undo by itself. */
  readonly onStroke: (text: string) => void;
  /** Lays the text out. */
  readonly onFormat: () => void;
  /** What the server says of the text; null where no answer is to be had. */
  readonly ask: (asked: Asked) => Promise<Answer | null>;
  /** Where a name comes from, in words. */
  readonly originOf: (name: string) => string;
  /** The place of the text in the draft. */
  readonly place: () => string;
  /** Says something to listeners. */
  readonly tell: (words: string) => void;
}

const outside = Annotation.define<boolean>();

/** Changes only through its methods; what is typed comes out of `onChange`. Undo is the designer's, so it has no history. */
export class FormulaEditor {
  private readonly view: EditorView;
  private readonly attributes = new Compartment();
  private readonly colouring = new Compartment();
  private shown: readonly Problem[] = [];
  /** The text the shown problems are about. */
  private looked = "";

  constructor(private readonly props: EditorProps) {
    this.view = new EditorView({ parent: props.parent, state: EditorState.create({ doc: props.text, extensions: this.extensions() }) });
    shown(this.view);
  }

  private extensions(): Extension {
    const { props } = this;
    return [
      // Line ends stay as they are, so that offsets are those of the text in the draft.
      EditorState.lineSeparator.of("\n"),
      EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
      EditorState.changeFilter.of((change) => change.annotation(outside) === true || change.newDoc.length <= Math.max(LONGEST, change.startState.doc.length)),
      EditorView.cspNonce.of(props.nonce),
      EditorState.phrases.of({ Completions: words("js.formula.completions"), "Selection deleted": words("js.formula.deleted") }),
      EditorView.lineWrapping,
      theme,
      syntaxHighlighting(colours),
      dots((severity, line, messages) => words(`js.formula.dot.${severity}`, { line, messages: messages.join(" ") })),
      // As many offers as need no scrolling: a list that scrolls could not be reached by those who read with keys.
      autocompletion({ override: [(context) => this.complete(context)], icons: false, defaultKeymap: false, activateOnTyping: true, maxRenderedOptions: 10 }),
      keymap.of([
        ...completionKeymap,
        { key: "Alt-Enter", run: () => this.mend() },
        { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
        { key: "Shift-Alt-f", run: () => (props.onFormat(), true), preventDefault: true },
      ]),
      hovering({ find: (text, at) => this.found(text, at), tell: props.tell }),
      calls({
        find: async (text, at) => (await props.ask({ text, at }))?.within ?? null,
        draw: (within) => callCard(within, props.language),
        hear: (within) => props.tell(`${within.signature} ${paramWords(within)}`),
      }),
      keymap.of([{ key: "Enter", run: insertNewline }, ...standardKeymap]),
      EditorView.domEventHandlers({ beforeinput: typedOver }),
      this.attributes.of([]),
      this.colouring.of([]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((each) => each.annotation(outside))) props.onChange(update.state.doc.toString());
      }),
    ];
  }

  /** The text of the draft, where undo or somebody else changed it; the cursor goes behind what came back. */
  set(text: string): void {
    const changes = difference(this.view.state.doc.toString(), text);
    if (changes) this.view.dispatch({ changes, selection: { anchor: changes.from + changes.insert.length }, annotations: outside.of(true) });
  }

  known(dialect: Dialect, names: readonly string[]): void {
    this.view.dispatch({ effects: this.colouring.reconfigure(coloured(new Vocabulary(dialect, names))) });
  }

  dress(attributes: Readonly<Record<string, string>>): void {
    this.view.dispatch({ effects: this.attributes.reconfigure(EditorView.contentAttributes.of(attributes)) });
  }

  /** Underlines problems of the text as it is now; the same ones again change nothing, since they moved along meanwhile. */
  mark(problems: readonly Problem[]): void {
    if (problems.length === this.shown.length && problems.every((each, at) => each === this.shown[at])) return;
    this.shown = problems;
    this.looked = this.view.state.doc.toString();
    const found = marks(problems, this.looked).map(({ fixes, ...mark }): Diagnostic => ({ ...mark, actions: fixes.map((fix) => ({ name: fix.words, apply: () => this.apply(fix) })) }));
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  focus(): void {
    this.view.focus();
  }

  close(): void {
    this.view.destroy();
  }

  /** Puts a problem right, as one step of undo; nothing where the text there has been touched since. */
  private apply(fix: Fix): void {
    const now = this.view.state.doc.toString();
    const change = mended(fix, this.looked, now);
    if (!change) return;
    this.props.onStroke(now.slice(0, change.from) + change.insert + now.slice(change.to));
    this.view.focus();
  }

  /** The first fix of the problem at the cursor, else of the first problem that has one. */
  private mend(): boolean {
    const at = this.view.state.selection.main.head;
    const found: { near: boolean; apply: () => void }[] = [];
    forEachDiagnostic(this.view.state, (each, from, to) => {
      const fix = each.actions?.[0];
      if (fix) found.push({ near: from <= at && at <= to, apply: () => fix.apply(this.view, from, to) });
    });
    (found.find((each) => each.near) ?? found[0])?.apply();
    return found.length > 0;
  }

  /** What there is to say of a place: the name or function there, and what it came to for the customer. */
  private async found(text: string, at: number): Promise<Found | null> {
    const here = (await this.props.ask({ text, at }))?.here ?? null;
    const tried = trial.peek();
    const value = valueAt(tried, this.props.place(), text, here, at);
    if (!here && !value) return null;
    const about = { here, value: value && tried ? { who: tried.who, found: value, text: value.whole ? "" : text.slice(...value.span) } : null };
    const [from, to] = here?.span ?? value?.span ?? [at, at];
    return { from, to, dom: card(about, this.props.language), lines: linesOf(about, this.props.language) };
  }

  private async complete(context: CompletionContext): Promise<CompletionResult | null> {
    const wanted = context.explicit ? "all" : asks(context.state.sliceDoc(0, context.pos));
    if (!wanted) return null;
    const text = context.state.doc.toString();
    const found = (await this.props.ask({ text, at: context.pos }))?.completions ?? null;
    if (!found || context.aborted) return null;
    const items = offered(found, text).filter((each) => wanted === "all" || each.kind === "value");
    if (items.length === 0) return null;
    return { from: found.span[0], to: found.span[1], filter: false, options: items.map((each) => this.option(each)) };
  }

  private option(item: Item): Completion {
    const { language, originOf } = this.props;
    return {
      label: item.name,
      detail: beside(item, language, item.kind === "name" ? originOf(item.name) : ""),
      ...(item.kind === "function" ? { info: () => help({ help: item.label, examples: item.examples ?? [] }, language) } : {}),
      apply: (view, completion, from, to) => {
        const { text, swallow } = insertion(item, view.state.sliceDoc(to, to + 1));
        view.dispatch({
          changes: { from, to: to + swallow, insert: text },
          selection: { anchor: from + text.length },
          annotations: pickedCompletion.of(completion),
          userEvent: "input.complete",
          scrollIntoView: true,
        });
      },
    };
  }
}

/**
 * Where the browser itself puts what is typed in place of coloured text, it writes styles that the page's policy refuses.
 * What is replaced is read from the event: a selection made a moment ago may not have come to the editor's state yet.
 */
function typedOver(event: InputEvent, view: EditorView): boolean {
  if (event.inputType !== "insertText" || event.data === null || event.isComposing || view.composing || !event.cancelable) return false;
  const [range] = event.getTargetRanges();
  const { main } = view.state.selection;
  const from = range ? view.posAtDOM(range.startContainer, range.startOffset) : main.from;
  const to = range ? view.posAtDOM(range.endContainer, range.endOffset) : main.to;
  if (from >= to) return false;
  event.preventDefault();
  view.dispatch({ changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length }, userEvent: "input.type", scrollIntoView: true });
  return true;
}

const TAGS = {
  keyword: tags.keyword, function: tags.function(tags.variableName), name: tags.variableName, number: tags.number,
  string: tags.string, comment: tags.comment,
};

function coloured(known: Vocabulary): Extension {
  return StreamLanguage.define<{ open: Open }>({
    name: known.dialect,
    startState: () => ({ open: "" }),
    copyState: ({ open }) => ({ open }),
    token: (stream, state) => {
      const piece = pieceAt(stream.string, stream.pos, state.open, known);
      stream.pos = Math.max(piece.end, stream.pos + 1);
      state.open = piece.open;
      return piece.kind !== null && piece.kind in TAGS ? piece.kind : null;
    },
    tokenTable: TAGS,
  });
}
