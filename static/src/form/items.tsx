// What stands on the canvas: sections with their fields, each drawn again only when something of it has changed.

import { Component, type JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { text as words } from "../lib/texts";
import { say } from "../designer/labels";
import { Button } from "../designer/parts";
import type { Problems } from "../designer/problems";
import { duplicate, moveSection, remove, removeSection, step } from "./acts";
import { nameOfField, placeOf, type At, type Field, type Home, type Section } from "./body";
import { dragWithin } from "./drag";
import { Look } from "./look";
import { pick, picked } from "./picks";
import { keyOfChosen, outerTypes, typeOf, useDraft, type Chosen } from "./state";

interface Shared {
  /** What is chosen, as one text. */
  readonly chosen: string;
  /** How many rules each target has. */
  readonly ruled: ReadonlyMap<string, number>;
  /** Ids of the fields ticked; null while nothing can be ticked. */
  readonly picks: ReadonlySet<string> | null;
  readonly onChoose: (to: Chosen) => void;
}

export function SectionView({ section, index, last, ...shared }: Shared & { readonly section: Section; readonly index: number; readonly last: number }): JSX.Element {
  const draft = useDraft();
  const me: Chosen = { kind: "section", index };
  const current = shared.chosen === keyOfChosen(me);
  const place = `/body/sections/${index}`;
  const problems = draft.problems.value;
  const worst = [place, `${place}/fields`, `${place}/key`, `${place}/title`].some((each) => problems.at(each).length > 0) || problems.worst(`${place}/title`) !== null;
  return (
    <section class={`card form-section${current ? " is-current" : ""}`}>
      <h2 class="form-section-head">
        <button type="button" class="form-stop" data-stop data-place={place} tabIndex={current ? 0 : -1} aria-current={current ? "true" : undefined} onClick={() => shared.onChoose(me)}>
          <span class="name">{say(section.title, draft.language) || words("js.form.section")}</span>
          {section.collapsed !== undefined && <span class="is-muted is-small">{words(section.collapsed ? "js.form.collapsed" : "js.form.foldable")}</span>}
          {worst && <Mark worst="error" />}
        </button>
        {current && (
          <span class="form-menu">
            <Button words={words("js.form.up")} icon="arrow-up" onlyIcon keys="Alt+ArrowUp" disabled={index === 0} onClick={() => moveSection(draft, index, index - 1)} />
            <Button words={words("js.form.down")} icon="arrow-down" onlyIcon keys="Alt+ArrowDown" disabled={index === last} onClick={() => moveSection(draft, index, index + 1)} />
            <Button words={words("js.form.remove_section")} icon="delete" onlyIcon keys="Delete" disabled={last === 0} onClick={() => removeSection(draft, index)} />
          </span>
        )}
      </h2>
      {section.help && <p class="is-muted is-small form-section-help">{say(section.help, draft.language)}</p>}
      <List home={[index]} owner="" fields={section.fields} columns={section.columns ?? 1} {...shared} />
    </section>
  );
}

function List({ home, owner, fields, columns, ...shared }: Shared & { readonly home: Home; readonly owner: string; readonly fields: readonly Field[]; readonly columns: number }): JSX.Element {
  const draft = useDraft();
  const problems = draft.problems.value;
  const list = useRef<HTMLUListElement>(null);
  const inner = home.length === 2;
  useEffect(() => (list.current ? dragWithin(list.current, (type) => !inner || !outerTypes().has(type)) : undefined), [inner]);
  return (
    <>
      <ul class={`form-fields is-${columns}${inner ? " is-rows" : ""}`} data-home={home.join()} ref={list}>
        {fields.map((field, index) => (
          <Item key={field.id} field={field} place={placeOf([...home, index] as unknown as At)} at={[...home, index] as unknown as At} name={owner ? `${owner}.${field.key}` : field.key} problems={problems} {...shared} />
        ))}
      </ul>
      {fields.length === 0 && <p class="form-empty is-muted">{words(inner ? "js.form.empty_rows" : "js.form.empty_section")}</p>}
    </>
  );
}

interface ItemProps extends Shared {
  readonly field: Field;
  readonly place: string;
  readonly at: At;
  /** As rules name it. */
  readonly name: string;
  readonly problems: Problems;
}

/** What is chosen, as far as this field's drawing depends on it. */
function chosenIn({ chosen, at }: ItemProps): string {
  const mine = keyOfChosen({ kind: "field", at });
  return chosen === mine || chosen.startsWith(`${mine},`) ? chosen : "";
}

function felt({ problems, place }: ItemProps): boolean {
  return problems.worst(place) !== null;
}

class Item extends Component<ItemProps> {
  override shouldComponentUpdate(next: ItemProps): boolean {
    const now = this.props;
    if (now.field !== next.field || now.place !== next.place || now.name !== next.name || chosenIn(now) !== chosenIn(next)) return true;
    if (now.problems !== next.problems && (felt(now) || felt(next))) return true;
    if (now.picks?.has(now.field.id) !== next.picks?.has(next.field.id)) return true;
    return now.ruled !== next.ruled && (next.field.fields !== undefined || now.ruled.get(now.name) !== next.ruled.get(next.name));
  }

  override render(props: ItemProps): JSX.Element {
    return <ItemView {...props} />;
  }
}

function ItemView({ field, at, place, name, problems, ...shared }: ItemProps): JSX.Element {
  const draft = useDraft();
  const me: Chosen = { kind: "field", at };
  const current = shared.chosen === keyOfChosen(me);
  const own = field.fields ? problems.under(place).filter((each) => !each.path.startsWith(`${place}/fields/`)) : problems.under(place);
  const worst = own.some((each) => each.severity === "error") ? "error" : own.length > 0 ? "warning" : null;
  const rules = shared.ruled.get(name) ?? 0;
  const type = typeOf(field.type);
  const ticked = at.length === 2 ? shared.picks?.has(field.id) : undefined;
  return (
    <li class={`form-item${current ? " is-current" : ""}${ticked ? " is-picked" : ""}${WIDE.has(field.type) ? " is-wide" : ""}`} data-field-type={field.type}>
      {ticked !== undefined && (
        <label class="form-pick">
          <input type="checkbox" class="form-check-input" checked={ticked} tabIndex={current ? 0 : -1} aria-keyshortcuts="X Shift+X" aria-label={words("js.form.pick", { name: nameOfField(field, draft.language) })} onClick={(event) => {
            pick(draft, at, event.shiftKey);
            event.currentTarget.checked = picked.peek()?.has(field.id) === true; // a stretch may leave it ticked: nothing is drawn then
          }} />
        </label>
      )}
      <button type="button" class="form-stop" data-stop data-place={place} tabIndex={current ? 0 : -1} aria-current={current ? "true" : undefined} onClick={() => shared.onChoose(me)}>
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
      {field.fields && <List home={[at[0], at[1]]} owner={field.key} fields={field.fields} columns={Math.min(4, Math.max(2, field.fields.length))} {...shared} />}
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

const WIDE = new Set(["long_text", "subform", "note", "separator", "multi_choice", "address", "attachment", "image", "signature"]);

function Mark({ worst }: { readonly worst: "error" | "warning" }): JSX.Element {
  return (
    <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`}>
      <span class="visually-hidden">{words(`js.design.has.${worst}`)}</span>
    </span>
  );
}
