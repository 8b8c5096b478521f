// The island of the scorecard's designer over the shell in src/designer.

import { h } from "preact";
import { startDesigner } from "../designer/start";
import { App } from "./app";
import { gatheredTables, spreadTables, type Body } from "./body";
import type { KnownFact } from "../designer/facts_model";
import { chosen, known } from "./card";
import { changeWords, chosenFor, placeWords } from "./places";

void startDesigner<Body>({
  view: h(App, {}),
  begin: (page, draft) => {
    known.value = (page["known"] ?? []) as readonly KnownFact[];
    const body = draft.body.peek();
    chosen.value = body.factors.length > 0 ? { kind: "factor", index: 0 } : { kind: "weights" };
  },
  select: (place, draft) => {
    const found = chosenFor(place, draft.body.peek());
    if (found && (found.kind !== chosen.peek().kind || (found as { index?: number }).index !== (chosen.peek() as { index?: number }).index)) chosen.value = found;
  },
  apart: {
    spread: (content) => ({ ...content, body: spreadTables(content.body) }),
    gathered: (content) => ({ ...content, body: gatheredTables(content.body) }),
  },
  nameOfChange: changeWords,
  nameOf: (problem, draft) => placeWords(problem.path, draft),
});
