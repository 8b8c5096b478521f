// The designer of forms: palette, canvas and properties; rules, checks, book, words in both languages, preview, impact.

import { startDesigner } from "../designer/start";
import { App } from "./app";
import type { Body } from "./body";
import { changeWords, placeWords, select } from "./places";
import { chosen, page, remember, type FormPage } from "./state";
import { h } from "preact";

void startDesigner<Body>({
  view: h(App, {}),
  begin: (handed, draft) => {
    page.value = handed["form"] as FormPage;
    const body = draft.body.peek();
    remember(body);
    chosen.value = (body.sections[0]?.fields.length ?? 0) > 0 ? { kind: "field", at: [0, 0] } : { kind: "section", index: 0 };
  },
  select,
  nameOfChange: changeWords,
  nameOf: (problem, draft) => placeWords(problem.path, draft),
});
