// What stands in the head of every designer: undo and redo, how the draft stands, its problems, saving; and the conflict of two tabs.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { told, useBench } from "./context";
import { Button } from "./parts";
import type { Problem } from "./problems";

/** Saved, being saved, not saved and why: one line, read out when it changes. */
export function StandingLine(): JSX.Element {
  const standing = useBench().draft.standing.value;
  const line = standingWords();
  const bad = !["saved", "waiting", "saving"].includes(standing.kind);
  return (
    <>
      <span class={bad ? "is-bad" : undefined} role="status" data-standing={standing.kind}>
        {line}
      </span>
      <span class="visually-hidden" role="status">
        {told.value}
      </span>
    </>
  );
}

function standingWords(): string {
  const standing = useBench().draft.standing.value;
  switch (standing.kind) {
    case "saved":
      return words("js.design.saved", { at: standing.at });
    case "failed":
      return standing.message || words("js.design.failed");
    case "changed":
    case "closed":
      return standing.kind === "changed" ? standing.theirs.message : standing.message;
    default:
      return words(`js.design.standing.${standing.kind}`);
  }
}

export interface HeadProps {
  /** Where a problem stands, in words: dimension and Factor, say. */
  readonly nameOf: (problem: Problem) => string;
}

export function HeadActions({ nameOf }: HeadProps): JSX.Element {
  const { draft } = useBench();
  return (
    <>
      <Button words={words("js.design.undo")} icon="return" onlyIcon keys="Control+Z" disabled={!draft.canUndo.value} onClick={() => draft.undo()} />
      <Button words={words("js.design.redo")} icon="redo" onlyIcon keys="Control+Shift+Z" disabled={!draft.canRedo.value} onClick={() => draft.redo()} />
      <ProblemList nameOf={nameOf} />
    </>
  );
}

export function SaveButton(): JSX.Element {
  const { draft } = useBench();
  return <Button words={words("js.design.save")} primary keys="Control+S" disabled={draft.standing.value.kind === "saving"} onClick={() => void draft.save()} />;
}

/** The count, and behind it the list; F8 and Shift+F8 go from one to the next. */
function ProblemList({ nameOf }: HeadProps): JSX.Element {
  const { draft, show } = useBench();
  const problems = draft.problems.value;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const last = useRef(-1);
  const count = problems.all.length;

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const all = draft.problems.peek().all;
      if (event.key !== "F8" || event.isComposing || all.length === 0) return;
      event.preventDefault();
      last.current = (last.current + (event.shiftKey ? all.length - 1 : 1) + all.length) % all.length;
      const found = all[last.current];
      if (found) show(found.path);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [draft, show]);

  const close = (focus: boolean): void => {
    setOpen(false);
    if (focus) root.current?.querySelector("button")?.focus();
  };

  const label = count === 0 ? words("js.design.no_problems") : words("js.design.problems", { count });
  return (
    <div
      class="design-problems"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close(true);
      }}
      onFocusOut={(event) => {
        if (open && event.relatedTarget instanceof Node && !root.current?.contains(event.relatedTarget)) close(false);
      }}
    >
      <button
        type="button"
        class={`btn ${problems.errors > 0 ? "is-bad" : count > 0 ? "is-warn" : "is-good"}`}
        aria-expanded={open}
        aria-controls="design-problem-list"
        aria-keyshortcuts="F8"
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      <div class="design-problem-list" id="design-problem-list" hidden={!open}>
        {count === 0 ? (
          <p class="is-muted">{words("js.design.no_problems_text")}</p>
        ) : (
          <ol>
            {problems.all.map((each, at) => (
              <li key={at}>
                <button
                  type="button"
                  onClick={() => {
                    last.current = at;
                    close(false);
                    show(each.path);
                  }}
                >
                  <span class="place">{each.elsewhere ? words("js.design.elsewhere", { title: each.elsewhere }) : nameOf(each)}</span>
                  <span class={each.severity === "error" ? "is-bad" : "is-warn"}>{each.message}</span>
                </button>
              </li>
            ))}
          </ol>
        )}
        <p class="is-muted is-small">
          <kbd>F8</kbd> {words("js.design.next_problem")}
        </p>
      </div>
    </div>
  );
}
