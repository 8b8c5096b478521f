// The middle: sections with their fields as they will look. What is chosen can be moved, copied and removed by keys.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Button } from "../designer/parts";
import { addAt, addSection, duplicate, moveSection, relocate, remove, removeSection, step } from "./acts";
import { placed, type Body } from "./body";
import { dragSections, dropInto } from "./drag";
import { SectionView } from "./items";
import { openPalette } from "./palette";
import { pick, picked, unpick } from "./picks";
import { chosen, keyOfChosen, openProperties, page, useDraft, type Chosen } from "./state";

/** What keys go through, from the first section to the last column. */
function stops(body: Body): readonly Chosen[] {
  const all = placed(body);
  return body.sections.flatMap((_, index): Chosen[] => [{ kind: "section", index }, ...all.filter((each) => each.at[0] === index).map((each): Chosen => ({ kind: "field", at: each.at }))]);
}

function same(one: Chosen, other: Chosen): boolean {
  return keyOfChosen(one) === keyOfChosen(other);
}

export function Canvas(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const root = useRef<HTMLDivElement>(null);
  const focus = useRef(false);
  const now = chosen.value;
  const all = useMemo(() => stops(body), [body]);
  const ruled = useMemo(() => {
    const found = new Map<string, number>();
    for (const each of body.rules ?? []) found.set(each.target, (found.get(each.target) ?? 0) + 1);
    return found;
  }, [body.rules]);
  const sections = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const undrag = sections.current ? dragSections(sections.current) : undefined;
    dropInto({
      onMove: (from, home, index) => relocate(draft, from, home, index),
      onNew: (name, home, index) => {
        const type = page.peek().types.find((each) => each.type === name);
        if (!type) return;
        addAt(draft, type, home, index);
        openProperties();
      },
      onSection: (from, to) => moveSection(draft, from, to),
    });
    return () => {
      undrag?.();
      dropInto(null);
    };
  }, [draft]);

  // Undo takes away or moves what has the focus: who was on the canvas then stays there.
  const here = useRef(false);
  useEffect(() => {
    const follow = (event: FocusEvent): void => {
      here.current = event.target instanceof Element && event.target.matches("[data-stop]");
    };
    document.addEventListener("focusin", follow);
    return () => document.removeEventListener("focusin", follow);
  }, []);

  useLayoutEffect(() => {
    // What was chosen may be gone: its section's last field takes its place.
    if (all.length > 0 && !all.some((each) => same(each, now))) {
      const section = now.kind === "section" ? now.index : now.at[0];
      const last = all.filter((each) => (each.kind === "section" ? each.index : each.at[0]) <= section).at(-1) ?? all[0];
      if (last) chosen.value = last;
      return;
    }
    const found = root.current?.querySelector<HTMLElement>("[data-stop][tabindex='0']");
    if (focus.current || (here.current && document.activeElement === document.body)) found?.focus();
    focus.current = false;
    if (found && !root.current?.contains(document.activeElement)) found.scrollIntoView({ block: "nearest" });
  });

  const go = (to: Chosen | undefined): void => {
    if (!to) return;
    focus.current = true;
    chosen.value = to;
  };
  // One function for ever: fields are drawn again only when something of theirs has changed.
  const choose = useRef(go).current;

  const act = (run: () => void): void => {
    focus.current = true;
    run();
  };

  const press = (event: KeyboardEvent): void => {
    if (event.isComposing || !(event.target instanceof Element) || !event.target.matches("[data-stop]")) return;
    const at = all.findIndex((each) => same(each, now));
    const by = event.key === "ArrowUp" || event.key === "ArrowLeft" ? -1 : event.key === "ArrowDown" || event.key === "ArrowRight" ? 1 : null;
    const control = event.ctrlKey || event.metaKey;
    if (event.altKey && by !== null && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      if (now.kind === "field") act(() => step(draft, now.at, by));
      else act(() => moveSection(draft, now.index, now.index + by));
    } else if (control && event.key.toLowerCase() === "d" && now.kind === "field") act(() => duplicate(draft, now.at));
    else if (control || event.altKey) return;
    else if (by !== null) go(all[at + by]);
    else if (event.key === "Home") go(all[0]);
    else if (event.key === "End") go(all.at(-1));
    else if (event.key.toLowerCase() === "x" && now.kind === "field" && picked.peek()) pick(draft, now.at, event.shiftKey);
    else if (event.key === "Escape" && (picked.peek()?.size ?? 0) > 0) unpick(true);
    else if (event.key === "Enter" || event.key === "F2") openProperties();
    else if (event.key === "Insert" || event.key === "+") openPalette();
    else if (event.key === "Delete" || event.key === "Backspace") act(() => (now.kind === "field" ? remove(draft, now.at) : removeSection(draft, now.index)));
    else return;
    event.preventDefault();
  };

  return (
    <div class="form-canvas" ref={root} onKeyDown={press}>
      <div class="form-sections" ref={sections}>
        {body.sections.map((section, index) => (
          <SectionView key={keyOf(body, index)} section={section} index={index} last={body.sections.length - 1} chosen={keyOfChosen(now)} ruled={ruled} picks={picked.value} onChoose={choose} />
        ))}
      </div>
      <div class="actions">
        <Button words={words("js.form.add_section")} icon="plus" onClick={() => act(() => addSection(draft))} />
        <span class="is-muted is-small form-keys">
          <kbd>Insert</kbd> {words("js.form.keys.add")} <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd> {words("js.form.keys.move")} <kbd>Enter</kbd> {words("js.form.keys.open")} <kbd>Ctrl</kbd> <kbd>D</kbd> {words("js.form.keys.copy")} <kbd>Delete</kbd> {words("js.form.keys.remove")}
        </span>
      </div>
    </div>
  );
}

/** What a section is told apart by: its key, which while it is typed may be another's for a moment. */
function keyOf(body: Body, index: number): string {
  const key = body.sections[index]?.key ?? "";
  return `${key} ${body.sections.slice(0, index).filter((each) => each.key === key).length}`;
}
