// The draft was changed elsewhere, or can be saved no more: nothing typed here is lost, and what becomes of both is chosen.

import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { useBench } from "./context";
import type { Choice } from "./merge";
import { parts } from "./paths";
import { Button } from "./parts";
import type { Theirs } from "./server";

/** A value as a reader of a comparison sees it. */
function shortly(value: unknown): string {
  if (value === undefined) return words("js.design.conflict.nothing");
  const told = typeof value === "string" ? value : JSON.stringify(value);
  return told.length > 120 ? `${told.slice(0, 120)}…` : told;
}

export function ConflictDialog(): JSX.Element | null {
  const { draft } = useBench();
  const standing = draft.standing.value;
  if (standing.kind === "changed") return <Changed key={standing.theirs.row_version} theirs={standing.theirs} />;
  if (standing.kind === "closed") return <Closed message={standing.message} />;
  return null;
}

function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const found = dialog.current;
    const came = document.activeElement;
    if (found && !found.open) found.showModal();
    return () => {
      if (came instanceof HTMLElement && came.isConnected) came.focus();
    };
  }, []);
  return dialog;
}

function Changed({ theirs }: { readonly theirs: Theirs<unknown> }): JSX.Element {
  const { draft, nameOfChange } = useBench();
  const dialog = useModal();
  const [choices, choose] = useState<ReadonlyMap<string, Choice>>(new Map());
  const found = draft.compare(theirs, choices);
  const end = (content: typeof found.value): void => {
    dialog.current?.close();
    draft.settle(theirs, content);
  };
  return (
    <dialog class="box is-wide design-conflict" ref={dialog} aria-labelledby="conflict-title" onCancel={(event) => event.preventDefault()}>
      <div class="box-head">
        <h2 id="conflict-title">{words("js.design.conflict.title")}</h2>
      </div>
      <div class="box-body">
        <p>{theirs.message}</p>
        <p>{words("js.design.conflict.sum", { mine: found.mine.length, theirs: found.theirs.length, both: found.conflicts.length })}</p>
        {found.conflicts.map(({ path, mine, theirs: other }) => (
          <fieldset key={path} class="design-choice">
            <legend>{nameOfChange(parts(path).map(String))}</legend>
            {(["mine", "theirs"] as const).map((side) => (
              <label key={side} class="form-check">
                <input
                  type="radio"
                  class="form-check-input"
                  name={path}
                  checked={(choices.get(path) ?? "mine") === side}
                  onChange={() => choose(new Map(choices).set(path, side))}
                />
                <span>
                  {words(`js.design.conflict.${side}`)} <span class="mono">{shortly(side === "mine" ? mine : other)}</span>
                </span>
              </label>
            ))}
          </fieldset>
        ))}
      </div>
      <div class="box-foot">
        <Button words={words("js.design.conflict.take")} onClick={() => end({ title: theirs.title, body: theirs.body })} />
        <Button words={words("js.design.conflict.over")} danger onClick={() => end(draft.content.peek())} />
        <Button words={words("js.design.conflict.merge")} primary onClick={() => end(found.value)} />
      </div>
    </dialog>
  );
}

/** Published, discarded, or no longer mine to write: what was typed can be taken along as a file. */
function Closed({ message }: { readonly message: string }): JSX.Element {
  const { draft } = useBench();
  const dialog = useModal();
  const keep = (): void => {
    const file = new Blob([JSON.stringify(draft.content.peek(), null, 2)], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "draft.json";
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <dialog class="box" ref={dialog} aria-labelledby="closed-title">
      <div class="box-head">
        <h2 id="closed-title">{words("js.design.closed.title")}</h2>
      </div>
      <div class="box-body">
        <p>{message}</p>
        <p>{words("js.design.closed.text")}</p>
      </div>
      <div class="box-foot">
        <Button words={words("js.close")} onClick={() => dialog.current?.close()} />
        <Button words={words("js.design.closed.keep")} icon="download" primary onClick={keep} />
      </div>
    </dialog>
  );
}
