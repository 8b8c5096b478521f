// The middle: sections with their fields as they will look. What is chosen can be moved, copied and removed by keys.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { text as words } from "../lib/texts";
import { say } from "../designer/labels";
import { Button } from "../designer/parts";
import { addAt, addSection, duplicate, moveSection, relocate, remove, removeSection, step } from "./acts";
import { nameOfField, placeOf, placed, type At, type Body, type Field, type Home, type Section } from "./body";
import { dragWithin, dropInto } from "./drag";
import { Look } from "./look";
import { chosen, outerTypes, page, typeOf, useDraft, type Chosen } from "./state";

/** What keys go through, from the first section to the last column. */
function stops(body: Body): readonly Chosen[] {
  const all = placed(body);
  return body.sections.flatMap((_, index): Chosen[] => [{ kind: "section", index }, ...all.filter((each) => each.at[0] === index).map((each): Chosen => ({ kind: "field", at: each.at }))]);
}

function same(one: Chosen, other: Chosen): boolean {
  return one.kind === "section" ? other.kind === "section" && one.index === other.index : other.kind === "field" && one.at.join() === other.at.join();
}

/** Leads into the properties of what is chosen. */
export function openProperties(): void {
  window.requestAnimationFrame(() => document.querySelector<HTMLElement>(".form-properties :is(input, select, textarea)")?.focus());
}

export function Canvas(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const root = useRef<HTMLDivElement>(null);
  const focus = useRef(false);
  const now = chosen.value;
  const all = stops(body);

  useEffect(() => {
    dropInto({
      onMove: (from, home, index) => relocate(draft, from, home, index),
      onNew: (name, home, index) => {
        const type = page.peek().types.find((each) => each.type === name);
        if (type) addAt(draft, type, home, index);
      },
    });
    return () => dropInto(null);
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
    else if (event.key === "Enter" || event.key === "F2") openProperties();
    else if (event.key === "Delete" || event.key === "Backspace") act(() => (now.kind === "field" ? remove(draft, now.at) : removeSection(draft, now.index)));
    else return;
    event.preventDefault();
  };

  return (
    <div class="form-canvas" ref={root} onKeyDown={press}>
      {body.sections.map((section, index) => (
        <SectionView key={section.key} section={section} index={index} onChoose={go} />
      ))}
      <div class="actions">
        <Button words={words("js.form.add_section")} icon="plus" onClick={() => act(() => addSection(draft))} />
        <span class="is-muted is-small form-keys">
          <kbd>Alt</kbd> <kbd>↑</kbd> <kbd>↓</kbd> {words("js.form.keys.move")} <kbd>Enter</kbd> {words("js.form.keys.open")} <kbd>Ctrl</kbd> <kbd>D</kbd> {words("js.form.keys.copy")} <kbd>Delete</kbd> {words("js.form.keys.remove")}
        </span>
      </div>
    </div>
  );
}

function SectionView({ section, index, onChoose }: { readonly section: Section; readonly index: number; readonly onChoose: (to: Chosen) => void }): JSX.Element {
  const draft = useDraft();
  const me: Chosen = { kind: "section", index };
  const current = same(chosen.value, me);
  const worst = draft.problems.value.at(`/body/sections/${index}`).length + draft.problems.value.at(`/body/sections/${index}/fields`).length;
  return (
    <section class={`card form-section${current ? " is-current" : ""}`}>
      <h2>
        <button type="button" class="form-stop" data-stop data-place={`/body/sections/${index}`} tabIndex={current ? 0 : -1} aria-current={current ? "true" : undefined} onClick={() => onChoose(me)}>
          <span class="name">{say(section.title, draft.language) || words("js.form.section")}</span>
          {section.collapsed && <span class="is-muted is-small">{words("js.form.collapsed")}</span>}
          {worst > 0 && <Mark worst="error" />}
        </button>
      </h2>
      {section.help && <p class="is-muted is-small">{say(section.help, draft.language)}</p>}
      <List home={[index]} fields={section.fields} columns={section.columns ?? 1} onChoose={onChoose} />
    </section>
  );
}

function List({ home, fields, columns, onChoose }: { readonly home: Home; readonly fields: readonly Field[]; readonly columns: number; readonly onChoose: (to: Chosen) => void }): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const inner = home.length === 2;
  useEffect(() => (list.current ? dragWithin(list.current, (type) => !inner || !outerTypes().has(type)) : undefined), [inner]);
  return (
    <>
      <ul class={`form-fields is-${columns}${inner ? " is-rows" : ""}`} data-home={home.join()} ref={list}>
        {fields.map((field, index) => (
          <Item key={field.id} field={field} at={[...home, index] as unknown as At} onChoose={onChoose} />
        ))}
      </ul>
      {fields.length === 0 && <p class="form-empty is-muted">{words(inner ? "js.form.empty_rows" : "js.form.empty_section")}</p>}
    </>
  );
}

function Item({ field, at, onChoose }: { readonly field: Field; readonly at: At; readonly onChoose: (to: Chosen) => void }): JSX.Element {
  const draft = useDraft();
  const me: Chosen = { kind: "field", at };
  const current = same(chosen.value, me);
  const place = placeOf(at);
  const problems = draft.problems.value;
  const own = field.fields ? problems.under(place).filter((each) => !each.path.startsWith(`${place}/fields/`)) : problems.under(place);
  const worst = own.some((each) => each.severity === "error") ? "error" : own.length > 0 ? "warning" : null;
  const rules = (draft.body.value.rules ?? []).filter((each) => each.target === (at.length === 3 ? `${draft.body.value.sections[at[0]]?.fields[at[1]]?.key}.${field.key}` : field.key)).length;
  const type = typeOf(field.type);
  const wide = WIDE.has(field.type);
  return (
    <li class={`form-item${current ? " is-current" : ""}${wide ? " is-wide" : ""}`} data-field-type={field.type}>
      <button type="button" class="form-stop" data-stop data-place={place} tabIndex={current ? 0 : -1} aria-current={current ? "true" : undefined} onClick={() => onChoose(me)}>
        <span class="form-item-head">
          <span class="name">
            {nameOfField(field, draft.language)}
            {field.required && <span class="must" aria-hidden="true">*</span>}
            {field.required && <span class="visually-hidden">{words("js.form.member.required")}</span>}
          </span>
          {worst && <Mark worst={worst} />}
          <span class="form-item-type">{type ? say(type.label, draft.language) : field.type}{rules > 0 ? ` · ${words("js.form.ruled", { count: rules })}` : ""}</span>
        </span>
        {!field.fields && <Look field={field} />}
        {field.help && <span class="form-item-help">{say(field.help, draft.language)}</span>}
      </button>
      {field.fields && <List home={[at[0], at[1]]} fields={field.fields} columns={Math.min(4, Math.max(2, field.fields.length))} onChoose={onChoose} />}
      {current && (
        <span class="form-menu">
          <Button words={words("js.form.up")} icon="arrow-up" onlyIcon keys="Alt+ArrowUp" onClick={() => step(draft, at, -1)} />
          <Button words={words("js.form.down")} icon="arrow-down" onlyIcon keys="Alt+ArrowDown" onClick={() => step(draft, at, 1)} />
          <Button words={words("js.form.copy")} icon="copy" onlyIcon keys="Control+D" onClick={() => duplicate(draft, at)} />
          <Button words={words("js.form.remove")} icon="delete" onlyIcon keys="Delete" onClick={() => remove(draft, at)} />
        </span>
      )}
    </li>
  );
}

const WIDE = new Set(["long_text", "subform", "note", "separator", "multi_choice", "address"]);

function Mark({ worst }: { readonly worst: "error" | "warning" }): JSX.Element {
  return (
    <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`}>
      <span class="visually-hidden">{words(`js.design.has.${worst}`)}</span>
    </span>
  );
}
