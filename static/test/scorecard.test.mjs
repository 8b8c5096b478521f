import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const body = await load("scorecard/body");
const bands = await load("scorecard/bands");
const { chosenFor } = await load("scorecard/places");

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const gallery = JSON.parse(await readFile(path.join(ROOT, "app/gallery/scorecards/customer_rating.json"), "utf8")).body;
const label = (words) => ({ "zh-CN": words });
const factor = (key, dimension, weight, more = {}) => ({ key, dimension, weight, label: label(key), value: key, bands: { kind: "identity" }, ...more });

function card(more = {}) {
  return {
    facts: [{ key: "a", type: "number", label: label("甲") }, "b"],
    dimensions: [{ key: "F", label: label("财务"), weight: "60" }, { key: "S", label: label("经营"), weight: "40" }],
    factors: [factor("a", "F", "70"), factor("c", "S", "100"), factor("b", "F", "30")],
    grades: [{ key: "A", min: "0" }], rounding: {}, ...more,
  };
}

test("weights of the gallery add up, and the shares of its factors make the whole", () => {
  for (const each of [null, "STD", "MFG", "SVC"]) assert.equal(body.totalWeight(gallery, each), "100");
  for (const each of gallery.dimensions) assert.equal(body.innerWeight(gallery, each.key), "100");
  const shares = gallery.factors.map((each) => body.shareOf(gallery, each, "STD"));
  assert.equal(shares[0], "9");
  assert.equal(shares.reduce((sum, each) => sum + Math.round(Number(each) * 100), 0), 10000);
});

test("what is missing to a hundred, or too much", () => {
  assert.deepEqual(["100", "100.00", "80", "120.5", "99.99"].map(body.missingWeight), [null, null, "20", "-20.5", "0.01"]);
});

test("a dimension more takes the weight that is missing, in every variant", () => {
  const variants = [{ key: "X", weights: { F: "60", S: "40" } }, { key: "Y", weights: { F: "50", S: "20" } }];
  const made = body.addDimension(card({ variants, default_variant: "X" }), "行业 口碑", "zh-CN");
  assert.deepEqual(made.dimensions[2], { key: "行业_口碑", label: label("行业 口碑"), weight: "0" });
  assert.deepEqual(made.variants.map((each) => each.weights["行业_口碑"]), ["0", "30"]);
  assert.deepEqual(body.addDimension(card({ dimensions: [] }), "Finance", "en").dimensions[0], { key: "finance", label: { "zh-CN": "Finance", en: "Finance" }, weight: "100" });
  const less = body.removeDimension(made, 0);
  assert.deepEqual(less.dimensions.map((each) => each.key), ["S", "行业_口碑"]);
  assert.deepEqual(less.factors.map((each) => each.key), ["c"]);
  assert.deepEqual(less.variants[1].weights, { S: "20", "行业_口碑": "30" });
});

test("the weight of the default variant is that of the dimension too", () => {
  const start = card({ variants: [{ key: "X", weights: { F: "60", S: "40" } }, { key: "Y", weights: {} }], default_variant: "X" });
  const made = body.withWeight(body.withWeight(start, 0, "X", "55"), 1, "Y", "45");
  assert.deepEqual(made.dimensions.map((each) => each.weight), ["55", "40"]);
  assert.deepEqual(made.variants.map((each) => each.weights), [{ F: "55", S: "40" }, { S: "45" }]);
  assert.equal(body.weightOf(made, made.dimensions[0], "Y"), "");
});

test("a factor called like a fact reads it, else it waits to be told what it reads", () => {
  const known = [{ key: "FIN_DEBT", type: "number", unit: null, from: "x", label: { "zh-CN": "资产负债率", en: "Liabilities / assets" } }];
  const own = body.addFactor(card({ factors: [] }), "F", "甲", "zh-CN", known);
  assert.deepEqual([own.body.factors[0].key, own.body.factors[0].value, own.body.facts.length, own.body.factors[0].weight], ["a", "a", 2, "100"]);
  const foreign = body.addFactor(card(), "F", "liabilities / assets", "en", known);
  assert.equal(foreign.index, 3);
  assert.deepEqual(foreign.body.facts.at(-1), { key: "FIN_DEBT", type: "number", label: known[0].label });
  assert.deepEqual(foreign.body.factors[3].label, known[0].label);
  const fresh = body.addFactor(card(), "S", "回款率", "zh-CN", known);
  assert.deepEqual([fresh.index, fresh.body.factors[2].key, fresh.body.factors[2].value, fresh.body.factors[2].weight], [2, "回款率", "", "0"]);
  const twice = body.addFactor(own.body, "F", "甲", "zh-CN");
  assert.equal(twice.body.factors[1].key, "甲");
});

test("factors move among those of their dimension, and over its end into the next", () => {
  const order = (found) => found.body.factors.map((each) => `${each.dimension}.${each.key}`).join(" ");
  assert.equal(order(body.moveFactor(card(), 2, -1)), "F.b F.a S.c");
  assert.equal(order(body.moveFactor(card(), 2, 1)), "F.a S.b S.c");
  assert.equal(order(body.moveFactor(card(), 1, -1)), "F.a F.b F.c");
  assert.equal(body.moveFactor(card(), 1, 1).body.factors.length, 3);
  const first = card();
  assert.equal(body.moveFactor(first, 0, -1).body, first);
});

test("a fact renamed is followed by the factor that reads it and by examples", () => {
  const made = body.renameFact(card({ examples: [{ name: "x", facts: { a: "1", b: "2" }, expect: {} }] }), 0, "甲率");
  assert.deepEqual([made.facts[0].key, made.factors[0].value, made.factors[0].key], ["甲率", "甲率", "甲率"]);
  assert.deepEqual(made.examples[0].facts, { 甲率: "1", b: "2" });
  assert.equal(body.renameFact(card(), 1, "z").facts[1], "z");
});

test("a name is free beside a factor's own, unless a fact has it too", () => {
  assert.equal(body.takenBeside(card(), 1).has("c"), false);
  assert.equal(body.takenBeside(card(), 0).has("a"), true);
});

test("a factor that reads something else is not called like what it read before", () => {
  const start = card({ examples: [{ name: "x", facts: {}, expect: { points: { a: "80", b: "1" } } }] });
  const other = body.withReading({ ...start, facts: [...start.facts, "d"] }, 0, "d");
  assert.deepEqual([other.factors[0].value, other.factors[0].key], ["d", "d"]);
  assert.deepEqual(other.examples[0].expect.points, { d: "80", b: "1" });
  const formula = body.withReading(start, 0, "a * 2");
  assert.deepEqual([formula.factors[0].value, formula.factors[0].key], ["a * 2", "a_2"]);
  assert.equal(body.withReading(start, 1, "a").factors[1].key, "c");
  assert.equal(body.withReading(start, 0, "a ").factors[0].key, "a");
});

const gte = { kind: "steps", match: "gte", cuts: [{ edge: "0.10", points: "100" }, { edge: "0.05", points: "80" }], otherwise: "0" };

const counted = (band) => [String(band + 1), `${band}.0%`];
const nothing = () => ["", ""];
const bare = (rows) => rows.map((row) => row.slice(0, 3));

test("cuts are shown as lower and upper limits, with what is counted and the note", () => {
  assert.deepEqual(bands.stepRows(gte, true, counted, "zh-CN"), [["10%", "", "100", "1", "0.0%", ""], ["5%", "10%", "80", "2", "1.0%", ""]]);
  const told = { ...gte, cuts: [{ ...gte.cuts[0], note: { "zh-CN": "负债轻" } }, gte.cuts[1]] };
  assert.deepEqual(bands.stepRows(told, true, counted, "en").map((row) => row[5]), ["负债轻", ""]);
  assert.deepEqual(bands.restLimits(gte, true), ["", "5%"]);
  const lte = bands.flipped(gte);
  assert.deepEqual(lte, { kind: "steps", match: "lte", cuts: [{ edge: "0.05", points: "0" }, { edge: "0.10", points: "80" }], otherwise: "100" });
  assert.deepEqual(bare(bands.stepRows(lte, false, nothing, "en")), [["", "0.05", "0"], ["0.05", "0.10", "80"]]);
  assert.deepEqual(bands.flipped(lte), gte);
});

test("every band of the gallery comes back to itself through its rows", () => {
  for (const { bands: found } of gallery.factors.filter((each) => each.bands.kind === "steps")) {
    const rows = bands.stepRows(found, false, nothing, "zh-CN");
    const plain = { ...found, cuts: found.cuts.map(({ note, ...each }) => (note ? { ...each, note: { "zh-CN": note["zh-CN"] } } : each)) };
    const back = bands.stepsAfter({ ...found, cuts: [] }, [{ kind: "insert", at: 0, rows }], false, "zh-CN");
    assert.deepEqual(back, { bands: plain, mismatches: [] });
    const percent = bands.stepsAfter({ ...found, cuts: [] }, [{ kind: "insert", at: 0, rows: bands.stepRows(found, true, nothing, "zh-CN") }], true, "zh-CN");
    assert.deepEqual(percent.bands.cuts.map((each) => Number(each.edge)), found.cuts.map((each) => Number(each.edge)));
  }
});

test("the limit two bands share may be written in either", () => {
  const edits = (row, column, text) => [{ kind: "set", edits: [{ row, column, text }] }];
  assert.equal(bands.stepsAfter(gte, edits(1, 1, "12%"), true, "en").bands.cuts[0].edge, "0.12");
  assert.equal(bands.stepsAfter(gte, edits(1, 0, "4"), true, "en").bands.cuts[1].edge, "0.04");
  assert.equal(bands.stepsAfter(gte, edits(0, 1, "9"), true, "en").bands.cuts[0].edge, "0.10", "nothing lies above the first");
});

test("a table pasted whole gives the rest its points, and what does not join is told", () => {
  const rows = [["60%", "", "100"], ["50%", "60%", "80"], ["30%", "45%", "60"], ["", "30%", "10"]];
  const made = bands.stepsAfter({ ...gte, cuts: [] }, [{ kind: "insert", at: 0, rows }], false, "zh-CN");
  assert.deepEqual(made.bands.cuts.map((each) => [each.edge, each.points]), [["0.60", "100"], ["0.50", "80"], ["0.30", "60"]]);
  assert.equal(made.bands.otherwise, "10");
  assert.deepEqual(made.mismatches, [{ row: 1, kept: "0.50", pasted: "0.45" }]);
});

test("a note is written in the reader's language and goes with the points", () => {
  const edits = (row, text) => [{ kind: "set", edits: [{ row, column: 5, text }] }];
  const chinese = bands.stepsAfter(gte, edits(0, "负债轻"), true, "zh-CN").bands;
  assert.deepEqual(chinese.cuts[0], { edge: "0.10", points: "100", note: { "zh-CN": "负债轻" } });
  const both = bands.stepsAfter(chinese, edits(0, "light"), true, "en").bands;
  assert.deepEqual(both.cuts[0].note, { "zh-CN": "负债轻", en: "light" });
  assert.deepEqual(bands.stepsAfter(both, edits(0, ""), true, "en").bands.cuts[0].note, { "zh-CN": "负债轻" });
  assert.equal("note" in bands.stepsAfter(both, edits(0, ""), true, "zh-CN").bands.cuts[0], false);
  assert.deepEqual(bands.stepsAfter(gte, edits(1, "first"), true, "en").bands.cuts[1].note, { "zh-CN": "first", en: "first" });
  const turned = bands.flipped({ ...both, otherwise_note: { "zh-CN": "其余" } });
  assert.deepEqual([turned.cuts[0].note, turned.otherwise_note], [{ "zh-CN": "其余" }, { "zh-CN": "负债轻", en: "light" }]);
  assert.deepEqual(bands.flipped(turned), { ...both, otherwise_note: { "zh-CN": "其余" } });
  const whole = [{ kind: "insert", at: 0, rows: [["60%", "", "100", "9", "1%", "好"], ["", "60%", "10", "8", "2%", "差"]] }];
  const pasted = bands.stepsAfter({ ...gte, cuts: [] }, whole, true, "zh-CN").bands;
  assert.deepEqual([pasted.cuts[0].note, pasted.otherwise_note], [{ "zh-CN": "好" }, { "zh-CN": "差" }]);
  const values = bands.valuesAfter([{ value: "x", points: "1" }], [{ kind: "set", edits: [{ row: 0, column: 4, text: "国企" }] }], "zh-CN");
  assert.deepEqual(values, [{ value: "x", points: "1", note: { "zh-CN": "国企" } }]);
});

test("counts hold while points and notes are typed, not while limits, values or formulas are", () => {
  const now = card({ factors: [factor("a", "F", "100", { bands: gte }), factor("c", "S", "100")] });
  const holds = (more, bandsNow = gte) => bands.countsHold(now, { ...now, factors: [{ ...now.factors[0], bands: bandsNow, ...more }, now.factors[1]] }, "a");
  assert.equal(holds({ weight: "3" }), true);
  assert.equal(holds({}, { ...gte, cuts: gte.cuts.map((cut) => ({ ...cut, points: "7", note: label("x") })) }), true);
  assert.equal(holds({}, { ...gte, cuts: gte.cuts.slice(1) }), false);
  assert.equal(holds({}, { ...gte, match: "lte" }), false);
  assert.equal(holds({ value: "a + 1" }), false);
  assert.equal(bands.countsHold(now, { ...now, formulas: [] }, "a"), false);
  assert.equal(bands.countsHold(now, now, "nobody"), false);
});

test("ratios are read as percentages unless one is beyond a whole", () => {
  const of = (unit, ...edges) => bands.readsAsPercent(factor("a", "F", "1", { unit, bands: { ...gte, cuts: edges.map((edge) => ({ edge, points: "1" })) } }));
  assert.deepEqual([of("ratio", "0.1", "-1"), of("ratio", "1.2"), of("ratio"), of("days", "0.1"), of("ratio", "x")], [true, false, true, false, true]);
});

test("a place leads to the part that shows it, also where its item is gone", () => {
  const start = card();
  assert.deepEqual(chosenFor("/body/factors/1/bands/cuts/0/edge", start), { kind: "factor", index: 1 });
  assert.deepEqual(chosenFor("/body/factors/9", start), { kind: "factor", index: 2 });
  assert.deepEqual(chosenFor("/body/factors", { ...start, factors: [] }), { kind: "weights" });
  assert.deepEqual(["/title/en", "/body/knockouts/0", "/body/variants/0/weights", "/body/alert_below", "/body/rounding/total"].map((place) => chosenFor(place, start).kind),
    ["settings", "rules", "weights", "settings", "settings"]);
  assert.equal(chosenFor("/body", start), null);
});
