// Small parts of designers: icons, buttons, the lines that say what is wrong.

import type { ComponentChildren, JSX } from "preact";
import { useBench } from "./context";
import type { Problem } from "./problems";

export function Icon({ name }: { readonly name: string }): JSX.Element {
  return (
    <svg class="icon" aria-hidden="true" focusable="false">
      <use href={`${useBench().icons}#${name}`} />
    </svg>
  );
}

export interface ButtonProps {
  readonly words: string;
  readonly onClick: () => void;
  readonly icon?: string;
  readonly onlyIcon?: boolean;
  readonly primary?: boolean;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly keys?: string;
  readonly expanded?: boolean;
  readonly children?: ComponentChildren;
}

/** A button that cannot be used now stays in the order of keys and says so, instead of dropping the focus. */
export function Button({ words, onClick, icon, onlyIcon, primary, danger, disabled, keys, expanded, children }: ButtonProps): JSX.Element {
  const look = ["btn", primary && "btn-primary", danger && "btn-danger", onlyIcon && "btn-icon", disabled && "is-off"].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      class={look}
      aria-disabled={disabled ? "true" : undefined}
      aria-expanded={expanded}
      aria-keyshortcuts={keys}
      aria-label={onlyIcon ? words : undefined}
      title={onlyIcon ? words : undefined}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      {icon && <Icon name={icon} />}
      {!onlyIcon && <span>{words}</span>}
      {children}
    </button>
  );
}

/** Errors and warnings of a place, one line each. */
export function Findings({ problems, id }: { readonly problems: readonly Problem[]; readonly id?: string }): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <ul class="errors design-findings" id={id}>
      {problems.map((each, at) => (
        <li key={at} class={each.severity === "error" ? "is-bad" : "is-warn"}>
          {each.message}
        </li>
      ))}
    </ul>
  );
}

export interface CardProps {
  readonly title: ComponentChildren;
  readonly small?: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly place?: string;
  readonly level?: 2 | 3;
  readonly children: ComponentChildren;
}

export function Card({ title, small, aside, place, level = 2, children }: CardProps): JSX.Element {
  const Heading = `h${level}` as "h2" | "h3";
  return (
    <section class="card" data-place={place} tabIndex={place === undefined ? undefined : -1}>
      <div class="card-head">
        <Heading>{title}</Heading>
        {small !== undefined && <small>{small}</small>}
        {aside !== undefined && <div class="design-aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
