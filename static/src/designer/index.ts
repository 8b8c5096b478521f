/**
 * The shell of all designers: a draft as signals with undo, autosave, live check, problems by place, and controls bound to places.
 *
 * An island (`src/<kind>/index.ts`, listed in build.mjs ISLANDS) does this:
 *
 *   startDesigner<Body>({ view: <App />, nameOf, nameOfChange, select, begin? })
 *     reads the page's block `#design-data` (PageData), makes the Draft, draws `view` into `#design`, the head into
 *     `#design-actions`, `#design-save` and `#design-standing`; `select(place)` chooses the part of the page in which a place is
 *     shown, `nameOf` and `nameOfChange` say places in words for the list of problems and for what two tabs both changed.
 *
 * Places are JSON Pointers into `{title, body}`: `/body/factors/0/weight`. Problems of the server come with the same places.
 *
 *   useBench<Body>().draft
 *     .body.value / .content.value   signals: reading one in a component draws it again when it changes
 *     .at(place)  .set(place, value)  one value; typing at one place within 1.5 s is one step of undo
 *     .change(place, make, group?)    any change as one step (`putList`, `moved`, `put` of paths.ts help)
 *     .problems.value.at(place) / .under(place) / .worst(place)      .words.value   what the server said of this body
 *     .undo() .redo() .save()      .ask(name, sent)   a question of a pane, at an address beside that of the check
 *   TextField, LabelFields (zh and en), DecimalField (`percent`: 40 % is stored 0.40), SelectField, CheckField: bound by `place`
 *   Grid: an editable table over texts; its owner turns rows into texts and applies the acts it gets (`applied` of cells.ts)
 *   Blocks: a list whose items fold open, for what needs more than a row; `apply` where an item's coming and going changes more
 *   FormulaField: the slot of the formula editor; FormulaFieldProps is its whole interface
 *   FactsPanel, ExampleFacts, CustomerPicker: what designers of scorecards and tables have in common
 *   Card, Button, Icon, Findings; tell(words) says something to listeners
 *
 * Figures are decimal text and never become numbers of JavaScript: decimals.ts. Nothing here evaluates a formula.
 */

export { Blocks, type BlockAct, type BlocksProps } from "./blocks";
export { applied, type Act } from "./cells";
export { tell, useBench, type Bench } from "./context";
export * as decimals from "./decimals";
export { CustomerPicker } from "./customers";
export { Draft, type Apart } from "./draft";
export { ExampleFacts } from "./example_facts";
export { FactsPanel } from "./facts";
export { asObject, taken, type Fact, type FactObject, type KnownFact } from "./facts_model";
export { CheckField, DecimalField, LabelFields, Options, SelectField, TextField, type Option } from "./fields";
export { FormulaField, type Dialect, type FormulaFieldProps, type ScopeName } from "./formula";
export { Grid, type Column } from "./grid";
export type { GridProps, RowsAbout } from "./grid_parts";
export { keyFor, relabelled, say, type Labels } from "./labels";
export { Button, Card, Findings, Icon } from "./parts";
export { get, inside, moved, parts, pointer, put, putList, same } from "./paths";
export type { Problem, Problems } from "./problems";
export type { Content, PageData } from "./server";
export { startDesigner, type Designer } from "./start";
