// The island of the designer of decision tables over the shell in src/designer.

import { h } from "preact";
import type { KnownFact } from "../designer/facts_model";
import { parts } from "../designer/paths";
import { startDesigner } from "../designer/start";
import { text as words } from "../lib/texts";
import { App, chosen, known } from "./app";
import { gathered, spread, type Table } from "./model";
import { chosenFor, innerChange, innerWords } from "./places";

void startDesigner<Table>({
  view: h(App, {}),
  begin: (page) => {
    known.value = (page["known"] ?? []) as readonly KnownFact[];
  },
  select: (place) => {
    chosen.value = chosenFor(parts(place));
  },
  apart: { spread: (content) => ({ ...content, body: spread(content.body) as Table }), gathered: (content) => ({ ...content, body: gathered(content.body) }) },
  nameOfChange: ([root, ...rest], draft) => (root === "title" ? words("js.table.title") : innerChange(rest, draft.body.value, draft.language)),
  nameOf: (problem, draft) => {
    const [root, ...rest] = parts(problem.path);
    return root === "title" ? words("js.table.title") : innerWords(rest, draft.body.value, draft.language);
  },
});
