// How the editor of formulas looks. Its rules stand outside all layers of the sheet, so they are written where it is made.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { padding: "5px 12px 5px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0" },
  ".cm-tooltip": { border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", backgroundColor: "var(--surface)", boxShadow: "var(--shadow)", color: "var(--text)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", maxHeight: "none", maxWidth: "min(44em, 90vw)", overflow: "hidden", minWidth: "20em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "1.5em", alignItems: "baseline", padding: "3px 10px", minHeight: "var(--target)", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--primary)", color: "var(--on-primary)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)" },
  ".cm-completionDetail": { marginLeft: "auto", color: "var(--muted)", fontStyle: "normal", fontSize: "var(--small)", overflow: "hidden", textOverflow: "ellipsis" },
  "li[aria-selected] .cm-completionDetail": { color: "var(--on-primary)" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 10px", maxWidth: "26em", fontSize: "var(--table)" },
  ".cm-completionInfo .cm-card": { padding: "0" },
  ".cm-gutters": { border: "0", borderRight: "1px solid var(--line)", backgroundColor: "var(--sunken)", color: "var(--text)", marginRight: "8px", borderRadius: "var(--radius) 0 0 var(--radius)" },
  ".cm-editor, .cm-scroller": { minHeight: "inherit" },
  ".cm-dots": { width: "22px" },
  ".cm-dots .cm-gutterElement": { display: "flex", justifyContent: "center", alignItems: "center" },
  ".cm-dot": { width: "10px", height: "10px", borderRadius: "50%", backgroundColor: "var(--warn-mark)" },
  ".cm-dot.is-error": { backgroundColor: "var(--bad)" },
  ".cm-card": { maxWidth: "34em", padding: "8px 10px", fontFamily: "var(--font)", fontSize: "var(--table)", lineHeight: "1.5" },
  ".cm-card p": { margin: "0" },
  ".cm-card p + p": { marginTop: "2px" },
  ".cm-card code": { color: "var(--text)", fontFamily: "var(--mono)", fontSize: "var(--table)", overflowWrap: "anywhere" },
  ".cm-card-title": { fontWeight: "600" },
  ".cm-call .cm-card-title": { fontWeight: "400" },
  ".cm-call strong": { color: "var(--primary)", textDecoration: "underline", textUnderlineOffset: "3px" },
  ".cm-card-muted": { color: "var(--muted)" },
  ".cm-card-value": { marginTop: "6px", paddingTop: "6px", borderTop: "1px solid var(--line)" },
  ".cm-card-value.is-null": { color: "var(--warn-ink)" },
  ".cm-diagnostic": { padding: "4px 10px", borderLeft: "3px solid var(--warn)", fontFamily: "var(--font)", fontSize: "var(--table)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnosticAction": { padding: "2px 8px", border: "1px solid var(--control-line)", borderRadius: "var(--radius)", backgroundColor: "var(--surface)", color: "var(--primary)", font: "inherit", cursor: "pointer" },
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
