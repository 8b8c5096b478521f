// The slot for formulas: an editor with colours, completion and underlined problems, a plain field where fingers type.

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Completions } from "../formula/answer";
import { FormulaEditor, LONGEST } from "../formula/editor";
import type { Dialect } from "../formula/tokens";
import { text as words } from "../lib/texts";
import { useBench } from "./context";
import { Findings } from "./parts";
import type { Problem } from "./problems";
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
}

export interface FormulaFieldProps {
  readonly text: string;
  readonly dialect: Dialect;
  readonly scope: readonly ScopeName[];
  /** The dialect comes back too, since an editor may change it together with the text. */
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

export function FormulaField(props: FormulaFieldProps): JSX.Element {
  const { label, problems } = props;
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const wide = useWide();
  const wrong = problems.some((each) => each.severity === "error");
  return (
    <div ref={root} class={`field is-wide${wrong ? " has-errors" : ""}`}>
      <label for={wide ? undefined : id} onClick={() => root.current?.querySelector<HTMLElement>("[contenteditable]")?.focus()}>
        {label}
      </label>
      {wide ? <Editor {...props} findings={`${id}-errors`} wrong={wrong} /> : <Plain {...props} id={id} wrong={wrong} />}
      <Findings problems={problems} id={`${id}-errors`} />
    </div>
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

function Editor(props: FormulaFieldProps & { readonly findings: string; readonly wrong: boolean }): JSX.Element {
  const { draft } = useBench();
  const { text, dialect, scope, problems, label, place, findings, wrong } = props;
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<FormulaEditor | null>(null);
  const now = useRef(props);
  now.current = props;

  useLayoutEffect(() => {
    if (!frame.current) return;
    const made = new FormulaEditor({
      parent: frame.current,
      text: now.current.text,
      language: draft.language,
      nonce: pageNonce(),
      phrases: { Completions: words("js.formula.completions"), "Selection deleted": words("js.formula.deleted") },
      onChange: (changed) => now.current.onChange(changed, now.current.dialect),
      complete: async (asked, stop) => {
        const answer = await draft.ask<{ readonly completions: Completions | null }>("formula", { ...asked, dialect: now.current.dialect, names: now.current.scope }, stop);
        return answer.kind === "told" ? answer.value.completions : null;
      },
      originOf: (name) => {
        const found = now.current.scope.find((each) => each.name === name);
        return found ? words(`js.formula.origin.${found.origin}`) : "";
      },
    });
    editor.current = made;
    return () => made.close();
  }, []);

  const described = problems.length > 0 ? findings : "";
  const names = scope.map((each) => each.name).join("\n");
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
