// The slot for formulas: a plain text with its problems below; an editor with colours and completion takes its place here.

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Findings } from "./parts";
import type { Problem } from "./problems";
import type { Labels } from "./labels";

export type Dialect = "feel" | "excel";

/** A name formulas may use here. */
export interface ScopeName {
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
  readonly label: Labels;
  /** fact, formula, factor or scorecard. */
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

export function FormulaField({ text, dialect, onChange, problems, label, place }: FormulaFieldProps): JSX.Element {
  const id = useId();
  const wrong = problems.some((each) => each.severity === "error");
  return (
    <div class={`field is-wide${wrong ? " has-errors" : ""}`}>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="form-control design-formula"
        rows={Math.min(8, Math.max(1, text.split("\n").length))}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="none"
        maxLength={4000}
        value={text}
        data-place={place}
        aria-invalid={wrong ? "true" : undefined}
        aria-describedby={problems.length > 0 ? `${id}-errors` : undefined}
        onInput={(event) => onChange(event.currentTarget.value, dialect)}
      />
      <Findings problems={problems} id={`${id}-errors`} />
    </div>
  );
}
