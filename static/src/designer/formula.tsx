// The slot for formulas: an editor with colours, completion and underlined problems, a plain field where fingers type.

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { mended, type Answer } from "../formula/answer";
import { valueWords } from "../formula/cards";
import { FormulaEditor, LONGEST } from "../formula/editor";
import { Questions, type Send } from "../formula/questions";
import type { Dialect } from "../formula/tokens";
import { trial, wholeOf } from "../formula/trial";
import { text as words } from "../lib/texts";
import { tell, useBench } from "./context";
import { FormulaTools, formatted, type Note } from "./formula_tools";
import type { Fix, Problem } from "./problems";
import type { Labels } from "./labels";

export type { Dialect } from "../formula/tokens";

/** A name formulas may use here. */
export interface ScopeName {
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
  readonly label: Labels;
  /** fact, formula, table, factor or scorecard. */
  readonly origin: string;
  /** Values worth offering where it is compared, with their labels. */
  readonly choices?: Readonly<Record<string, Labels>>;
}

export interface FormulaFieldProps {
  readonly text: string;
  readonly dialect: Dialect;
  readonly scope: readonly ScopeName[];
  /**
   * The dialect comes back too, since the switch changes it together with the text. A place that keeps no dialect takes
   * the text alone: there is no switch then.
   */
  readonly onChange: (text: string, dialect: Dialect) => void;
  /** Problems of this text, with spans in UTF-16 units. */
  readonly problems: readonly Problem[];
  readonly label: string;
  /** Where the text stands in the draft: written as `data-place` on what takes the focus. */
  readonly place: string;
}

const WIDE = "(min-width: 64em) and (pointer: fine)";

/** Whether there is a keyboard and room; asked again when either changes. */
function useWide(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const asked = window.matchMedia(WIDE);
    const tell = (): void => setWide(asked.matches);
    tell();
    asked.addEventListener("change", tell);
    return () => asked.removeEventListener("change", tell);
  }, []);
  return wide;
}

/** The text the problems are about: they came when it stood there. */
function useLooked(problems: readonly Problem[], text: string): string {
  const kept = useRef<{ readonly problems: readonly Problem[]; readonly text: string }>({ problems, text });
  const before = kept.current.problems;
  if (before.length !== problems.length || problems.some((each, at) => each !== before[at])) kept.current = { problems, text };
  return kept.current.text;
}

export function FormulaField(props: FormulaFieldProps): JSX.Element {
  const { label, problems, text, dialect, place } = props;
  const { draft } = useBench();
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const wide = useWide();
  const [quiet, setQuiet] = useState("");
  const [note, setNote] = useState<Note | null>(null);
  const looked = useLooked(problems, text);
  const now = useRef(props);
  now.current = props;
  useEffect(() => setNote(null), [text, dialect]);

  /** What the server says of the text as it is; where it says nothing, a line says so and nothing is lost. */
  const ask = async (more: object): Promise<Answer | null> => {
    const { text: asked, dialect: written, scope } = now.current;
    const answer = await draft.ask<Answer>("formula", { text: asked, dialect: written, names: scope, ...more });
    setQuiet(answer.kind === "told" ? "" : answer.kind === "refused" ? answer.message : words("js.formula.unreachable"));
    return answer.kind === "told" ? answer.value : null;
  };
  const stroke = (next: string, written: Dialect = now.current.dialect): void => draft.alone(() => now.current.onChange(next, written));
  const mend = (fix: Fix): void => {
    const change = mended(fix, looked, text);
    if (!change) return;
    stroke(text.slice(0, change.from) + change.insert + text.slice(change.to));
    tell(fix.words);
    root.current?.querySelector<HTMLElement>("[contenteditable], textarea")?.focus();
  };
  const layOut = async (): Promise<void> => {
    const asked = now.current.text;
    const found = formatted(await ask({ format: true }), asked);
    if (now.current.text !== asked) return;
    if (found.text !== null) stroke(found.text);
    else if (found.note) setNote(found.note);
  };

  const wrong = problems.some((each) => each.severity === "error");
  const value = wholeOf(trial.value, place, text);
  return (
    <div ref={root} class={`field is-wide design-formula-field${wrong ? " has-errors" : ""}`}>
      <div class="design-formula-head">
        <label for={wide ? undefined : id} onClick={() => root.current?.querySelector<HTMLElement>("[contenteditable]")?.focus()}>
          {label}
        </label>
        <FormulaTools text={text} dialect={dialect} switches={props.onChange.length > 1} label={label} ask={ask} onStroke={stroke} onFormat={() => void layOut()} onNote={setNote} isNow={(asked) => now.current.text === asked && now.current.dialect === dialect} />
      </div>
      {wide ? (
        <Editor {...props} findings={`${id}-errors`} wrong={wrong} ask={(asked) => ask(asked)} onStroke={stroke} onFormat={() => void layOut()} />
      ) : (
        <Plain {...props} id={id} wrong={wrong} />
      )}
      <Mends problems={problems} id={`${id}-errors`} onFix={mend} />
      <div class="design-formula-note" role="status">
        {note && (
          <p>
            {note.words} {note.text !== undefined && <code class="formula">{note.text}</code>}{" "}
            {note.act && (
              <button type="button" class="btn btn-link" onClick={note.act.run}>
                {note.act.words}
              </button>
            )}
          </p>
        )}
        {quiet && <p class="is-muted">{quiet}</p>}
      </div>
      {value && <p class={`help design-formula-value${value.value === null ? " is-null" : ""}`}>{valueWords(trial.value?.who ?? "", value)}</p>}
    </div>
  );
}

/** Problems of the text, one line each, with what puts it right. */
function Mends({ problems, id, onFix }: { readonly problems: readonly Problem[]; readonly id: string; readonly onFix: (fix: Fix) => void }): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <ul class="errors design-findings" id={id}>
      {problems.map((each, at) => (
        <li key={at} class={each.severity === "error" ? "is-bad" : "is-warn"}>
          {each.message}{" "}
          {each.fixes?.map((fix) => (
            <button key={fix.words} type="button" class="btn btn-link" onClick={() => onFix(fix)}>
              {fix.words}
            </button>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Plain({ text, dialect, onChange, problems, place, id, wrong }: FormulaFieldProps & { readonly id: string; readonly wrong: boolean }): JSX.Element {
  return (
    <textarea
      id={id}
      class="form-control design-formula"
      rows={Math.min(8, Math.max(1, text.split("\n").length))}
      spellcheck={false}
      autocomplete="off"
      autocapitalize="none"
      maxLength={LONGEST}
      value={text}
      data-place={place}
      aria-invalid={wrong ? "true" : undefined}
      aria-describedby={problems.length > 0 ? `${id}-errors` : undefined}
      onInput={(event) => onChange(event.currentTarget.value, dialect)}
    />
  );
}

/** The number that lets styles of ours stand in this page; the browser hides it from all but scripts. */
function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>("#design-data")?.nonce ?? "";
}

interface EditorSlot extends FormulaFieldProps {
  readonly findings: string;
  readonly wrong: boolean;
  readonly ask: Send;
  readonly onStroke: (text: string) => void;
  readonly onFormat: () => void;
}

function Editor(props: EditorSlot): JSX.Element {
  const { draft } = useBench();
  const { text, dialect, scope, problems, label, place, findings, wrong } = props;
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<FormulaEditor | null>(null);
  const questions = useRef<Questions | null>(null);
  const now = useRef(props);
  now.current = props;

  useLayoutEffect(() => {
    if (!frame.current) return;
    const asking = new Questions((asked) => now.current.ask(asked));
    const made = new FormulaEditor({
      parent: frame.current,
      text: now.current.text,
      language: draft.language,
      nonce: pageNonce(),
      onChange: (changed) => now.current.onChange(changed, now.current.dialect),
      onStroke: (changed) => now.current.onStroke(changed),
      onFormat: () => now.current.onFormat(),
      ask: (asked) => asking.ask(asked, now.current.dialect),
      originOf: (name) => {
        const found = now.current.scope.find((each) => each.name === name);
        return found ? words(`js.formula.origin.${found.origin}`) : "";
      },
      place: () => now.current.place,
      tell,
    });
    questions.current = asking;
    editor.current = made;
    return () => made.close();
  }, []);

  const described = problems.length > 0 ? findings : "";
  const names = scope.map((each) => each.name).join("\n");
  const kinds = scope.map((each) => [each.name, each.type, each.unit, ...Object.keys(each.choices ?? {})].join()).join("\n");
  useLayoutEffect(() => questions.current?.forget(), [kinds]);
  useLayoutEffect(() => editor.current?.set(text), [text]);
  useLayoutEffect(() => editor.current?.mark(problems));
  useLayoutEffect(() => editor.current?.known(dialect, names.split("\n")), [dialect, names]);
  useLayoutEffect(
    () =>
      editor.current?.dress({
        "aria-label": label, "data-place": place, spellcheck: "false", autocapitalize: "none",
        ...(wrong ? { "aria-invalid": "true" } : {}), ...(described ? { "aria-describedby": described } : {}),
      }),
    [label, place, wrong, described],
  );
  return <div class="form-control design-formula" ref={frame} onMouseDown={(event) => event.target === frame.current && (event.preventDefault(), editor.current?.focus())} />;
}
