// A text that is taken over when it is left or Enter is pressed, not while it is typed; undo gives it back.

import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
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
  const touched = useRef(false);
  // What comes while somebody stands in the field, a suggested key, is ready to be written over like what stood there.
  useLayoutEffect(() => {
    const control = document.activeElement;
    if (control?.id === id && !touched.current) (control as HTMLInputElement).select();
  }, [value]);
  const write = (typed: string): void => {
    touched.current = true;
    type(typed);
  };
  const take = (): void => {
    if (touched.current) onText(text);
    touched.current = false;
    type(null);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.isComposing || event.key !== "Enter" || rows || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    take();
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
        <textarea {...shared} class="form-control mono" rows={rows} spellcheck={false} onInput={(event) => write(event.currentTarget.value)} />
      ) : (
        <input {...shared} type="text" class={`form-control${number ? " is-number" : ""}`} inputMode={number ? "numeric" : undefined} onInput={(event) => write(event.currentTarget.value)} />
      )}
      {help && <p class="help" id={`${id}-help`}>{help}</p>}
      <Findings problems={problems} id={`${id}-errors`} />
    </div>
  );
}
