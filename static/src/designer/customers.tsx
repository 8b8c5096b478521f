// Finds a customer to try a draft on; and why there is no answer.

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Checker } from "./checker";
import { useBench } from "./context";
import { TIMERS } from "./draft";
import type { Told } from "./server";

export interface Found {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly grade: string | null;
  readonly address: string;
}

export function CustomerPicker({ choose, id = "try-customer" }: { readonly choose: (found: Found) => void; readonly id?: string }): JSX.Element {
  const { draft } = useBench();
  const [found, show] = useState<readonly Found[] | null>(null);
  const asking = useRef<Checker<string, Told<{ customers: readonly Found[] }>> | null>(null);
  asking.current ??= new Checker({
    timers: TIMERS,
    ask: (typed, stop) => draft.ask<{ customers: readonly Found[] }>(`customers?q=${encodeURIComponent(typed)}`, null, stop),
    answered: (told, typed) => show(told.kind === "told" && typed.trim() ? told.value.customers : null),
    delay: 250,
  });
  return (
    <>
      <label for={id}>{words("js.card.try_customer")}</label>
      <input class="form-control" id={id} type="search" maxLength={60} autocomplete="off" placeholder={words("js.card.try_search")} onInput={(event) => asking.current?.changed(event.currentTarget.value)} />
      <ul class="design-found" aria-live="polite">
        {found?.map((each) => (
          <li key={each.id}>
            <button type="button" class="btn-link" onClick={() => choose(each)}>
              {each.name} <small class="is-muted">{each.number}</small>
            </button>
          </li>
        ))}
        {found?.length === 0 && <li class="is-muted">{words("js.card.try_none")}</li>}
      </ul>
    </>
  );
}

export function Refusal({ told }: { readonly told: Told<unknown> | null }): JSX.Element {
  if (told === null) return <p class="is-muted">{words("js.card.counting")}</p>;
  const said = told.kind === "refused" || told.kind === "unfinished" ? told.message : "";
  return <p class={said ? "is-warn" : "is-muted"}>{said || words("js.card.no_answer")}</p>;
}
