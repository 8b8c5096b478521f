// A text that is taken over when it is left or Enter is pressed, not while it is typed; Escape gives it up.

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useTyped } from "../designer/fields";
import { Findings } from "../designer/parts";
import { useDraft } from "./state";

export interface CommittedProps {
  readonly place: string;
  readonly label: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly help?: string | undefined;
  readonly must?: boolean;
  readonly number?: boolean;
  readonly rows?: number;
  readonly maxLength?: number;
}

export function Committed({ place, label, value, onText, help, must, number, rows, maxLength }: CommittedProps): JSX.Element {
  const id = useId();
  const problems = useDraft().problems.value.under(place);
  const [text, type] = useTyped(value);
  const wrong = problems.some((each) => each.severity === "error");
  const take = (): void => {
    if (text !== value) onText(text);
    type(null);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !rows) take();
    else if (event.key === "Escape") type(null);
    else return;
    event.preventDefault();
  };
  const described = [help ? `${id}-help` : "", problems.length > 0 ? `${id}-errors` : ""].filter(Boolean).join(" ") || undefined;
  const shared = {
    id, value: text, maxLength, autocomplete: "off", "data-place": place, "aria-required": must ? ("true" as const) : undefined,
    "aria-invalid": wrong ? ("true" as const) : undefined, "aria-describedby": described, onBlur: take, onKeyDown: press,
  };
  return (
    <div class={`field${wrong ? " has-errors" : ""}${rows ? " is-wide" : ""}`}>
      <label for={id}>
        {label}
        {must && <span class="must" aria-hidden="true">*</span>}
      </label>
      {rows ? (
        <textarea {...shared} class="form-control mono" rows={rows} spellcheck={false} onInput={(event) => type(event.currentTarget.value)} />
      ) : (
        <input {...shared} type="text" class={`form-control${number ? " is-number" : ""}`} inputMode={number ? "numeric" : undefined} onInput={(event) => type(event.currentTarget.value)} />
      )}
      {help && <p class="help" id={`${id}-help`}>{help}</p>}
      <Findings problems={problems} id={`${id}-errors`} />
    </div>
  );
}
