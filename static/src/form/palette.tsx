// The left side: every field type by its group; a click or Enter adds one behind what is chosen, dragging puts it anywhere.
// Typing part of a name finds a type; Enter adds the first that is found, and its words can be written at once.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Icon } from "../designer/parts";
import { say } from "../designer/labels";
import { add, addSection } from "./acts";
import { dragFrom } from "./drag";
import { Library } from "./library";
import { openCanvas, openProperties, page, useDraft, worded, type FieldType } from "./state";

const SECTION = "section";

const SIDES = ["types", "library"] as const;
const side = signal<(typeof SIDES)[number]>("types");

/** Ready to look a type up, from wherever the hands are. */
export function openPalette(): void {
  const focus = (): void => document.querySelector<HTMLElement>(".form-palette input")?.focus();
  if (side.value === "types") return focus();
  side.value = "types";
  window.requestAnimationFrame(focus);
}

/** Whether part of a name means this type: its words in both languages, how they sound, its own name. */
export function isMeant(type: Pick<FieldType, "type" | "label" | "sounds">, typed: string): boolean {
  const looked = typed.trim().toLowerCase();
  return looked === "" || [type.type, type.sounds, ...Object.values(type.label)].some((each) => String(each).toLowerCase().includes(looked));
}


/** Types one by one, or whole sets from the library. */
export function Palette(): JSX.Element {
  return (
    <nav class="design-rail form-palette" aria-label={words("js.form.palette")}>
      <div class="form-palette-sides" role="group" aria-label={words("js.form.library.tabs")}>
        {SIDES.map((each) => (
          <button key={each} type="button" class="btn" aria-pressed={side.value === each} onClick={() => (side.value = each)}>
            {words(each === "types" ? "js.form.library.types" : "js.form.library")}
          </button>
        ))}
      </div>
      {side.value === "types" ? <Types /> : <Library />}
    </nav>
  );
}

function Types(): JSX.Element {
  const draft = useDraft();
  const [typed, type] = useState("");
  const part: FieldType = { type: SECTION, label: { "zh-CN": words("js.form.section"), en: "Section" }, sounds: "fz fenzu", group: "rows", feel: "", outer: true, valued: false, members: {}, needs: [], order: [] };
  const all = [...page.value.types, part].filter((each) => isMeant(each, typed));
  const groups = [...new Set(all.map((each) => each.group))].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  const ordered = groups.flatMap((group) => all.filter((each) => each.group === group));
  const [kept, setStop] = useState("");
  const stop = ordered.some((each) => each.type === kept) ? kept : (ordered[0]?.type ?? "");
  const root = useRef<HTMLDivElement>(null);
  // Named in full goes before named in part: looking for `text` means one line of it, not an area.
  const first = ordered.find((each) => [each.type, each.label["zh-CN"], each.label.en?.toLowerCase()].includes(typed.trim().toLowerCase())) ?? ordered[0];

  const take = (chosen: FieldType): void => {
    setStop(chosen.type);
    type("");
    if (chosen.type === SECTION) addSection(draft);
    else add(draft, chosen);
    openProperties();
  };
  const go = (next: FieldType | undefined): void => {
    if (!next) return;
    setStop(next.type);
    root.current?.querySelector<HTMLElement>(`[data-type="${next.type}"]`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const at = ordered.findIndex((each) => each.type === stop);
    const next = event.key === "Home" ? ordered[0] : event.key === "End" ? ordered.at(-1) : step ? ordered[at + step] : undefined;
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(next);
  };
  const look = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && first) take(first);
    else if (event.key === "ArrowDown") go(first);
    else if (event.key === "Escape") {
      type("");
      openCanvas();
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <div class="form-palette-look">
        <Icon name="search" />
        <input type="search" class="form-control" value={typed} maxLength={40} autocomplete="off" aria-label={words("js.form.palette_look")} placeholder={words("js.form.palette_look")} aria-keyshortcuts="Insert Control+Enter" aria-describedby="form-palette-help" onInput={(event) => type(event.currentTarget.value)} onKeyDown={look} />
      </div>
      <p class="help" id="form-palette-help">{ordered.length > 0 ? words("js.form.palette_help") : words("js.form.palette_none")}</p>
      <div class="form-palette-list" role="toolbar" aria-orientation="vertical" aria-label={words("js.form.palette")} ref={root} onKeyDown={press}>
        {groups.map((group) => (
          <Group key={group} group={group} types={ordered.filter((each) => each.group === group)} stop={stop} onAdd={take} />
        ))}
      </div>
    </>
  );
}

const ORDER = ["text", "number", "time", "choice", "rows", "file", "other"];

function Group({ group, types, stop, onAdd }: { readonly group: string; readonly types: readonly FieldType[]; readonly stop: string; readonly onAdd: (type: FieldType) => void }): JSX.Element {
  const draft = useDraft();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => (list.current ? dragFrom(list.current) : undefined), []);
  return (
    <div role="group" aria-label={worded(`js.form.group.${group}`, group)}>
      <h2>{worded(`js.form.group.${group}`, group)}</h2>
      <div class="form-palette-types" ref={list}>
        {types.map((each) => (
          <button key={each.type} type="button" class={`btn${each.type === SECTION ? " is-fixed" : ""}`} data-type={each.type} tabIndex={each.type === stop ? 0 : -1} onClick={() => onAdd(each)}>
            {say(each.label, draft.language)}
          </button>
        ))}
      </div>
    </div>
  );
}
