// The editor of a formula: CodeMirror with our colours, names offered by the server, problems underlined.

import { autocompletion, completionKeymap, pickedCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { insertNewline, standardKeymap } from "@codemirror/commands";
import { StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { say } from "../designer/labels";
import type { Problem } from "../designer/problems";
import { beside, difference, insertion, marks, offered, type Completions, type Item } from "./answer";
import { colours, theme } from "./look";
import { pieceAt, Vocabulary, type Dialect, type Open } from "./tokens";

export const LONGEST = 4000;

export interface Asked {
  readonly text: string;
  /** Where the cursor stands, in UTF-16 units. */
  readonly at: number;
}

export interface EditorProps {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly language: string;
  readonly nonce: string;
  readonly onChange: (text: string) => void;
  /** What can be written there; null where no answer is to be had. */
  readonly complete: (asked: Asked, stop: AbortSignal) => Promise<Completions | null>;
  /** Sentences of CodeMirror's own that listeners hear. */
  readonly phrases: Readonly<Record<string, string>>;
  /** Where a name comes from, in words. */
  readonly originOf: (name: string) => string;
}

const outside = Annotation.define<boolean>();

/** Changes only through its methods; what is typed comes out of `onChange`. Undo is the designer's, so it has no history. */
export class FormulaEditor {
  private readonly view: EditorView;
  private readonly attributes = new Compartment();
  private readonly colouring = new Compartment();
  private shown: readonly Problem[] = [];

  constructor(private readonly props: EditorProps) {
    this.view = new EditorView({
      parent: props.parent,
      state: EditorState.create({
        doc: props.text,
        extensions: [
          // Line ends stay as they are, so that offsets are those of the text in the draft.
          EditorState.lineSeparator.of("\n"),
          EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
          EditorState.changeFilter.of((change) => change.annotation(outside) === true || change.newDoc.length <= Math.max(LONGEST, change.startState.doc.length)),
          EditorView.cspNonce.of(props.nonce),
          EditorState.phrases.of(props.phrases),
          EditorView.lineWrapping,
          theme,
          syntaxHighlighting(colours),
          autocompletion({ override: [(context) => this.complete(context)], icons: false, defaultKeymap: false, activateOnTyping: true }),
          keymap.of([...completionKeymap, { key: "Enter", run: insertNewline }, ...standardKeymap]),
          EditorView.domEventHandlers({ beforeinput: typedOver }),
          this.attributes.of([]),
          this.colouring.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((each) => each.annotation(outside))) props.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
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
    this.view.dispatch(setDiagnostics(this.view.state, marks(problems, this.view.state.doc.toString()).map((each) => ({ ...each }))));
  }

  focus(): void {
    this.view.focus();
  }

  close(): void {
    this.view.destroy();
  }

  private async complete(context: CompletionContext): Promise<CompletionResult | null> {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos);
    if (!context.explicit && !/[\p{L}\p{N}_`."]$/u.test(before)) return null;
    const stop = new AbortController();
    context.addEventListener("abort", () => stop.abort());
    const text = context.state.doc.toString();
    const found = await this.props.complete({ text, at: context.pos }, stop.signal);
    if (!found || context.aborted) return null;
    const items = offered(found, text);
    if (items.length === 0) return null;
    return { from: found.span[0], to: found.span[1], filter: false, options: items.map((each) => this.option(each)) };
  }

  private option(item: Item): Completion {
    const { language, originOf } = this.props;
    const help = item.kind === "function" ? say(item.label, language) : "";
    return {
      label: item.name,
      detail: beside(item, language, item.kind === "name" ? originOf(item.name) : ""),
      ...(help ? { info: help } : {}),
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

/** Where the browser itself puts what is typed in place of coloured text, it writes styles that the page's policy refuses. */
function typedOver(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection;
  if (event.inputType !== "insertText" || event.data === null || event.isComposing || view.composing || main.empty || !event.cancelable) return false;
  event.preventDefault();
  view.dispatch({ ...view.state.replaceSelection(event.data), userEvent: "input.type", scrollIntoView: true });
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
