// How the editor of formulas looks. Its rules stand outside all layers of the sheet, so they are written where it is made.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { padding: "0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0" },
  ".cm-tooltip": { border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", backgroundColor: "var(--surface)", boxShadow: "var(--shadow)", color: "var(--text)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", maxHeight: "20em", maxWidth: "min(44em, 90vw)", minWidth: "20em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "1.5em", alignItems: "baseline", padding: "3px 10px", minHeight: "var(--target)", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--primary)", color: "var(--on-primary)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)" },
  ".cm-completionDetail": { marginLeft: "auto", color: "var(--muted)", fontStyle: "normal", fontSize: "var(--small)", overflow: "hidden", textOverflow: "ellipsis" },
  "li[aria-selected] .cm-completionDetail": { color: "var(--on-primary)" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "26em", fontSize: "var(--table)" },
  ".cm-diagnostic": { padding: "4px 10px", borderLeft: "3px solid var(--warn)", fontFamily: "var(--font)", fontSize: "var(--table)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)", textUnderlineOffset: "3px" },
  ".cm-lintRange-error": { textDecorationColor: "var(--bad)" },
});

export const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--chart-6)" },
  { tag: tags.function(tags.variableName), color: "var(--chart-6)" },
  { tag: tags.variableName, color: "var(--primary)" },
  { tag: tags.number, color: "var(--good-ink)" },
  { tag: tags.string, color: "var(--warn-ink)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);
