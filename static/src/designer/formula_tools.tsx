// Above a formula: which dialect it is written in, and writing it anew over lines; both by what the server says.

import type { JSX } from "preact";
import type { Answer } from "../formula/answer";
import type { Dialect } from "../formula/tokens";
import { text as words } from "../lib/texts";
import { tell } from "./context";

/** A line below the formula: why something was not done, what it would have been, and doing it all the same. */
export interface Note {
  readonly words: string;
  readonly text?: string;
  readonly act?: { readonly words: string; readonly run: () => void };
}

export interface ToolsProps {
  readonly text: string;
  readonly dialect: Dialect;
  /** Whether the place keeps a dialect. */
  readonly switches: boolean;
  readonly label: string;
  readonly ask: (more: object) => Promise<Answer | null>;
  readonly onStroke: (text: string, dialect: Dialect) => void;
  readonly onFormat: () => void;
  readonly onNote: (note: Note | null) => void;
  /** Whether the text that was asked about still stands there. */
  readonly isNow: (text: string) => boolean;
}

const DIALECTS: readonly Dialect[] = ["feel", "excel"];
const NAMES: Readonly<Record<Dialect, string>> = { feel: "FEEL", excel: "Excel" };

export function FormulaTools({ text, dialect, switches, label, ask, onStroke, onFormat, onNote, isNow }: ToolsProps): JSX.Element {
  const write = (next: Dialect, made: string): void => {
    onStroke(made, next);
    onNote(null);
    tell(words("js.formula.dialect_now", { dialect: NAMES[next] }));
  };
  const choose = async (next: Dialect): Promise<void> => {
    if (next === dialect) return;
    if (text.trim() === "") return write(next, text);
    const answer = await ask({});
    if (!answer || !isNow(text)) return;
    const { other, other_why: why } = answer;
    if (other && !why) return write(next, other.text);
    const act = other && { words: words("js.formula.dialect_anyway", { dialect: NAMES[next] }), run: () => isNow(text) && write(next, other.text) };
    onNote({ words: why ?? words("js.formula.unreachable"), ...(other ? { text: other.text } : {}), ...(act ? { act } : {}) });
  };
  return (
    <div class="design-formula-tools">
      {switches && (
        <div class="design-switch" role="group" aria-label={words("js.formula.dialect_of", { label })}>
          <span aria-hidden="true">{words("js.formula.dialect")}</span>
          {DIALECTS.map((each) => (
            <button key={each} type="button" aria-pressed={each === dialect ? "true" : "false"} onClick={() => void choose(each)}>
              {NAMES[each]}
            </button>
          ))}
        </div>
      )}
      <button type="button" class="btn btn-link" aria-keyshortcuts="Shift+Alt+F" title={words("js.formula.format_keys")} onClick={onFormat}>
        {words("js.formula.format")}
      </button>
    </div>
  );
}

/** The new text of an answer to `format`; where it stays as it is, why. */
export function formatted(answer: Answer | null, text: string): { readonly text: string | null; readonly note: Note | null } {
  const made = answer?.formatted;
  if (!made) return { text: null, note: null };
  if (made.text === null) return { text: null, note: { words: made.why ?? "" } };
  return made.text === text ? { text: null, note: { words: words("js.formula.formatted") } } : { text: made.text, note: null };
}
