// The left side: every field type by its group; a click or Enter adds one behind what is chosen, dragging puts it anywhere.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { say } from "../designer/labels";
import { add } from "./acts";
import { dragFrom } from "./drag";
import { page, useDraft, worded, type FieldType } from "./state";

export function Palette(): JSX.Element {
  const draft = useDraft();
  const all = page.value.types;
  const groups = [...new Set(all.map((each) => each.group))].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  const ordered = groups.flatMap((group) => all.filter((each) => each.group === group));
  const [stop, setStop] = useState(ordered[0]?.type ?? "");
  const root = useRef<HTMLDivElement>(null);

  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const at = ordered.findIndex((each) => each.type === stop);
    const next = event.key === "Home" ? ordered[0] : event.key === "End" ? ordered.at(-1) : step ? ordered[at + step] : undefined;
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setStop(next.type);
    root.current?.querySelector<HTMLElement>(`[data-type="${next.type}"]`)?.focus();
  };

  return (
    <nav class="design-rail form-palette" aria-label={words("js.form.palette")}>
      <p class="help">{words("js.form.palette_help")}</p>
      <div class="form-palette-list" role="toolbar" aria-orientation="vertical" aria-label={words("js.form.palette")} ref={root} onKeyDown={press}>
        {groups.map((group) => (
          <Group key={group} group={group} types={ordered.filter((each) => each.group === group)} stop={stop} onAdd={(type) => { setStop(type.type); add(draft, type); }} />
        ))}
      </div>
    </nav>
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
          <button key={each.type} type="button" class="btn" data-type={each.type} tabIndex={each.type === stop ? 0 : -1} onClick={() => onAdd(each)}>
            {say(each.label, draft.language)}
          </button>
        ))}
      </div>
    </div>
  );
}
