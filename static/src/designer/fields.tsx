// Controls bound to a place of the draft: they read it, write it, and show the problems found there.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { MOVED, useBench } from "./context";
import { readFigure, showFigure } from "./decimals";
import { relabelled, type Labels } from "./labels";
import { Findings } from "./parts";
import type { Problem } from "./problems";

/** What is being typed, until it is left or undone: a figure keeps the text it is typed as. */
export function useTyped(shown: string): readonly [string, (text: string | null) => void] {
  const [text, type] = useState<string | null>(null);
  useEffect(() => {
    const drop = (): void => type(null);
    document.addEventListener(MOVED, drop);
    return () => document.removeEventListener(MOVED, drop);
  }, []);
  return [text ?? shown, type];
}

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly must?: boolean | undefined;
  readonly help?: string | undefined;
  readonly unit?: string | undefined;
  readonly wide?: boolean | undefined;
  readonly problems: readonly Problem[];
  readonly children: ComponentChildren;
}

function Frame({ id, label, must, help, unit, wide, problems, children }: FrameProps): JSX.Element {
  const errors = problems.some((each) => each.severity === "error");
  return (
    <div class={`field${errors ? " has-errors" : ""}${wide ? " is-wide" : ""}`}>
      <label for={id}>
        {label}
        {must && (
          <span class="must" aria-hidden="true">
            *
          </span>
        )}
      </label>
      {unit ? (
        <div class="with-unit">
          {children}
          <span class="unit">{unit}</span>
        </div>
      ) : (
        children
      )}
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <Findings problems={problems} id={`${id}-errors`} />
    </div>
  );
}

function described(id: string, help: string | undefined, problems: readonly Problem[]): string | undefined {
  const found = [help ? `${id}-help` : "", problems.length > 0 ? `${id}-errors` : ""].filter(Boolean);
  return found.length > 0 ? found.join(" ") : undefined;
}

function invalid(problems: readonly Problem[]): "true" | undefined {
  return problems.some((each) => each.severity === "error") ? "true" : undefined;
}

export interface FieldProps {
  /** Where in the draft the value stands; problems are looked up there. */
  readonly place: string;
  readonly label: string;
  readonly must?: boolean;
  readonly help?: string;
  readonly wide?: boolean;
}

export interface TextFieldProps extends FieldProps {
  readonly rows?: number;
  /** Members that may be absent go when they are emptied. */
  readonly optional?: boolean;
  readonly maxLength?: number;
  /** Instead of writing the place itself: for a text whose change changes more. */
  readonly onText?: (text: string) => void;
}

export function TextField({ place, label, must, help, wide, rows, optional, maxLength, onText }: TextFieldProps): JSX.Element {
  const { draft } = useBench();
  const id = useId();
  const problems = draft.problems.value.at(place);
  const write = (text: string): void => (onText ? onText(text) : draft.set(place, optional && text === "" ? undefined : text));
  const shared = {
    id,
    class: "form-control",
    value: String(draft.at(place) ?? ""),
    maxLength,
    autocomplete: "off",
    "data-place": place,
    "aria-required": must ? ("true" as const) : undefined,
    "aria-invalid": invalid(problems),
    "aria-describedby": described(id, help, problems),
  };
  return (
    <Frame id={id} label={label} must={must} help={help} wide={wide} problems={problems}>
      {rows ? (
        <textarea {...shared} rows={rows} onInput={(event) => write(event.currentTarget.value)} />
      ) : (
        <input {...shared} type="text" onInput={(event) => write(event.currentTarget.value)} />
      )}
    </Frame>
  );
}

/** Chinese and English words side by side; the place is that of the label. */
export function LabelFields({ place, label, must, onLabel }: FieldProps & { readonly onLabel?: (label: Labels) => void }): JSX.Element {
  const { draft } = useBench();
  const value = draft.at(place) as Labels | undefined;
  const write = (language: "zh-CN" | "en", text: string): void => {
    const next = relabelled(value, language, text);
    if (onLabel) onLabel(next);
    else draft.set(place, next);
  };
  return (
    <>
      <TextField place={`${place}/zh-CN`} label={words("js.design.in_chinese", { label })} must={must ?? true} maxLength={200} onText={(text) => write("zh-CN", text)} />
      <TextField place={`${place}/en`} label={words("js.design.in_english", { label })} maxLength={200} onText={(text) => write("en", text)} />
    </>
  );
}

export interface DecimalFieldProps extends FieldProps {
  /** Shown and typed as 40 % while 0.40 is stored. */
  readonly percent?: boolean;
  readonly unit?: string;
  /** What an emptied field stores; without it the member goes. */
  readonly empty?: string | null;
  readonly onDecimal?: (text: string) => void;
}

export function DecimalField({ place, label, must, help, percent = false, unit, empty, onDecimal }: DecimalFieldProps): JSX.Element {
  const { draft } = useBench();
  const id = useId();
  const problems = draft.problems.value.at(place);
  const stored = draft.at(place);
  const [text, type] = useTyped(showFigure(typeof stored === "string" ? stored : "", percent));
  const write = (typed: string): void => {
    type(typed);
    const read = readFigure(typed, percent);
    if (onDecimal) onDecimal(read);
    else draft.set(place, read === "" ? (empty === undefined ? undefined : empty) : read);
  };
  return (
    <Frame id={id} label={label} must={must} help={help} unit={unit} problems={problems}>
      <input
        id={id}
        class="form-control is-number"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        maxLength={40}
        value={text}
        data-place={place}
        aria-required={must ? "true" : undefined}
        aria-invalid={invalid(problems)}
        aria-describedby={described(id, help, problems)}
        onInput={(event) => write(event.currentTarget.value)}
        onBlur={() => type(null)}
      />
    </Frame>
  );
}

export interface Option {
  readonly value: string;
  readonly words: string;
  /** Options of one group stand together under its name. */
  readonly group?: string;
}

export interface SelectFieldProps extends FieldProps {
  readonly options: readonly Option[];
  /** What is chosen, where it is not simply the text stored at the place. */
  readonly value?: string;
  readonly onChoice?: (value: string) => void;
}

export function SelectField({ place, label, must, help, wide, options, value, onChoice }: SelectFieldProps): JSX.Element {
  const { draft } = useBench();
  const id = useId();
  const problems = draft.problems.value.at(place);
  const chosen = value ?? String(draft.at(place) ?? "");
  return (
    <Frame id={id} label={label} must={must} help={help} wide={wide} problems={problems}>
      <select
        id={id}
        class="form-select"
        value={chosen}
        data-place={place}
        aria-invalid={invalid(problems)}
        aria-describedby={described(id, help, problems)}
        onChange={(event) => {
          const next = event.currentTarget.value;
          if (onChoice) onChoice(next);
          else draft.set(place, next === "" ? null : next, false);
        }}
      >
        {options.some((each) => each.value === chosen) ? null : <option value={chosen}>{chosen}</option>}
        <Options options={options} />
      </select>
    </Frame>
  );
}

export function Options({ options }: { readonly options: readonly Option[] }): JSX.Element {
  const groups = [...new Set(options.map((each) => each.group ?? ""))];
  return (
    <>
      {groups.map((group) => {
        const found = options
          .filter((each) => (each.group ?? "") === group)
          .map((each) => (
            <option key={each.value} value={each.value}>
              {each.words}
            </option>
          ));
        return group === "" ? found : <optgroup key={group} label={group}>{found}</optgroup>;
      })}
    </>
  );
}

export function CheckField({ place, label, value, onCheck }: { readonly place: string; readonly label: string; readonly value: boolean; readonly onCheck: (on: boolean) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="form-check">
      <input id={id} type="checkbox" class="form-check-input" data-place={place} checked={value} onChange={(event) => onCheck(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
    </div>
  );
}
