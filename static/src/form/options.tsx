// The options of a choice as a grid: codes, words in both languages, whether they still can be chosen; pasted from a spreadsheet.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { applied } from "../designer/cells";
import { Grid, type Column } from "../designer/grid";
import { relabelled } from "../designer/labels";
import { Findings } from "../designer/parts";
import { parts, put } from "../designer/paths";
import { optionsOf, type At, type Field, type Option } from "./body";
import { useDraft } from "./state";

const MEMBERS = ["code", "label/zh-CN", "label/en", "retired", "aliases", "parents"] as const;

/** A code for a row that has words only: the next letter or number nobody has. */
export function freeCode(taken: ReadonlySet<string>): string {
  for (let at = 0; at < 26; at += 1) {
    const letter = String.fromCharCode(65 + at);
    if (!taken.has(letter)) return letter;
  }
  let count = 1;
  while (taken.has(`C${count}`)) count += 1;
  return `C${count}`;
}

/** What a spreadsheet may hold in the column of retired options, in either language. */
function isYes(text: string): boolean {
  return ["1", "x", "y", "yes", "true", words("js.form.option.retired_yes").toLowerCase(), words("js.form.true").toLowerCase()].includes(text.toLowerCase());
}

export function writeOption(option: Option, column: number, text: string): Option {
  const plain = text.trim();
  if (column === 0) return { ...option, code: plain };
  if (column === 1) return { ...option, label: relabelled(option.label, "zh-CN", text) };
  if (column === 2) return { ...option, label: relabelled(option.label, "en", text) };
  const { retired: _r, aliases: _a, parents: _p, ...rest } = option;
  const kept = { ...(option.retired ? { retired: true } : {}), ...(option.aliases ? { aliases: option.aliases } : {}), ...(option.parents ? { parents: option.parents } : {}) };
  if (column === 3) {
    const { retired: _, ...others } = kept as Partial<Option>;
    return { ...rest, ...others, ...(isYes(plain) ? { retired: true } : {}) };
  }
  const name = column === 4 ? "aliases" : "parents";
  const found = plain.split(/[,，、;；]/).map((each) => each.trim()).filter(Boolean);
  const { [name]: _, ...others } = kept as Partial<Option>;
  return { ...rest, ...others, ...(found.length > 0 ? { [name]: found } : {}) };
}

export function makeOption(texts: readonly string[], taken: ReadonlySet<string>): Option {
  const start: Option = { code: "", label: { "zh-CN": "" } };
  const made = texts.reduce((option, text, column) => (text === "" ? option : writeOption(option, column, text)), start);
  return made.code === "" ? { ...made, code: freeCode(taken) } : made;
}

export function OptionsField({ place, field, parent }: { readonly place: string; readonly field: Field; readonly parent: string; readonly at: At }): JSX.Element {
  const draft = useDraft();
  const options = optionsOf(field);
  const columns: readonly Column[] = [
    { title: words("js.form.option.code"), look: "short" }, { title: words("js.form.option.zh"), look: "long" }, { title: words("js.form.option.en"), look: "long" },
    { title: words("js.form.option.retired"), options: [{ value: "", words: "" }, { value: "1", words: words("js.form.option.retired_yes") }], passed: true },
    { title: words("js.form.option.aliases"), passed: true },
    ...(parent ? [{ title: words("js.form.option.parents") }] : []),
  ];
  const rows = options.map((each) => [
    each.code, each.label["zh-CN"] ?? "", each.label.en ?? "", each.retired ? "1" : "", (each.aliases ?? []).join("、"), ...(parent ? [(each.parents ?? []).join("、")] : []),
  ]);
  return (
    <div class="is-wide form-options">
      <Grid
        label={words("js.form.member.options")}
        noun={words("js.form.option")}
        columns={columns}
        rows={rows}
        place={(row, column) => `${place}/${row}/${MEMBERS[column] ?? ""}`}
        onActs={(acts, group) =>
          draft.change(
            place,
            (content) => {
              const taken = new Set(options.map((each) => each.code));
              const next = applied(options, acts, (texts) => {
                const made = makeOption(texts, taken);
                taken.add(made.code);
                return made;
              }, writeOption);
              return put(content, parts(place), next);
            },
            group,
          )
        }
      />
      <Findings problems={draft.problems.value.at(place)} />
    </div>
  );
}
