// How a field will look, drawn only: nothing in it can be typed into, and listeners hear the field's name and type instead.

import type { JSX } from "preact";
import { say } from "../designer/labels";
import { optionsOf, type Field } from "./body";
import { typeOf, useDraft } from "./state";

const MOST = 4;

export function Look({ field }: { readonly field: Field }): JSX.Element | null {
  const { language } = useDraft();
  const feel = typeOf(field.type)?.feel ?? "any";
  const hint = say(field.placeholder, language);
  const unit = String(field["currency"] ?? (field["unit"] ? say(field["unit"] as never, language) : ""));
  if (field.type === "separator") return <span class="form-look is-line" aria-hidden="true" />;
  if (field.type === "note") return <span class="form-look is-note">{say(field["text"] as never, language)}</span>;
  if (field.compute && field.mode !== "default") return <span class="form-look is-computed mono" aria-hidden="true">= {field.compute}</span>;
  if (field.type === "multi_choice") {
    const all = optionsOf(field).filter((each) => !each.retired);
    return (
      <span class="form-look is-ticks" aria-hidden="true">
        {all.slice(0, MOST).map((each) => (
          <span key={each.code}>☐ {say(each.label, language) || each.code}</span>
        ))}
        {all.length > MOST && <span>… {all.length}</span>}
      </span>
    );
  }
  const chosen = field.options ? optionsOf(field).map((each) => say(each.label, language) || each.code).slice(0, MOST).join(" / ") : "";
  return (
    <span class={`form-look is-box${field.type === "long_text" ? " is-tall" : ""}${feel === "number" ? " is-number" : ""}`} aria-hidden="true">
      <span>{hint || chosen}</span>
      {unit && <span class="unit">{unit}</span>}
      {(field.options !== undefined || feel === "boolean") && <span class="unit">▾</span>}
    </span>
  );
}
