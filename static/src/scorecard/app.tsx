// The designer of scorecards: tree at the left, what is chosen in the middle, panes at the right where there are any.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { FactsPanel } from "../designer/facts";
import { Button, Card } from "../designer/parts";
import { renameFact, takenKeys, type Body } from "./body";
import { chosen, known, useDraft } from "./card";
import { ExamplesPanel } from "./examples";
import { FactorPanel } from "./factor";
import { FormulasPanel, GradesPanel, Ladder, RulesPanel } from "./lists";
import { Panes, PANES } from "./panes";
import { Sections } from "./sections";
import { SettingsPanel } from "./settings";
import { TablePanel, TablesPanel } from "./tables";
import { Tree } from "./tree";
import { DimensionPanel, WeightsPanel } from "./weights";

export function App(): JSX.Element {
  return (
    <div class={`design-frame${PANES.length > 0 ? " has-side" : ""}`}>
      <Tree />
      <div class="design-middle">
        <Sections />
        <Middle />
      </div>
      <Panes />
    </div>
  );
}

function Middle(): JSX.Element {
  const now = chosen.value;
  const body = useDraft().body.value;
  switch (now.kind) {
    case "factor":
      return body.factors[now.index] ? (
        <>
          <FactorPanel key={now.index} index={now.index} />
          <Card title={words("js.card.section.grades")} aside={<Button words={words("js.card.edit")} onClick={() => (chosen.value = { kind: "grades" })} />}>
            <Ladder grades={body.grades} />
          </Card>
        </>
      ) : (
        <WeightsPanel />
      );
    case "dimension":
      return body.dimensions[now.index] ? <DimensionPanel key={now.index} index={now.index} /> : <WeightsPanel />;
    case "facts":
      return <FactsPanel<Body> help={words("js.card.facts_help")} known={known.value} keys={takenKeys} rename={renameFact} />;
    case "formulas":
      return <FormulasPanel />;
    case "tables":
      return <TablesPanel />;
    case "table":
      return body.tables?.[now.index] ? <TablePanel key={now.index} index={now.index} /> : <TablesPanel />;
    case "rules":
      return <RulesPanel />;
    case "grades":
      return <GradesPanel />;
    case "examples":
      return <ExamplesPanel />;
    case "settings":
      return <SettingsPanel />;
    default:
      return <WeightsPanel />;
  }
}
