import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const cell = await load("table/cell");
const model = await load("table/model");
const { coverOf } = await load("table/cover");
const { allowedRows, allowedAfter, limited, limits } = await load("table/allowed");
const { chosenFor, innerWords } = await load("table/places");
const { merge } = await load("designer/merge");

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const gallery = JSON.parse(await readFile(path.join(ROOT, "app/gallery/tables/payment_terms.json"), "utf8")).body;
const label = (zh, en) => ({ "zh-CN": zh, ...(en ? { en } : {}) });

function told(kind, more = {}) {
  return { kind, unit: null, names: new Set(["grade", "prepay"]), language: "zh-CN", yes: "是", no: "否", ...more };
}

const SECTOR = { key: "sector", value: "industry", allowed: ['"C"', '"F"', '"住宿, 餐饮"'], labels: { C: label("制造业", "Manufacturing"), F: label("批发", "Trade") } };
const sector = cell.vocabularyOf(SECTOR, told("string"));

test("texts are typed and shown without quotation marks, by their names in either language", () => {
  const cases = [
    ["制造业", '"C"'], ["Manufacturing", '"C"'], ["C", '"C"'], ["制造业、批发", '"C", "F"'], ["C,F", '"C", "F"'],
    ["C\uff0c批发", '"C", "F"'], ["not(制造业)", 'not("C")'], ["not\uff08制造业、批发\uff09", 'not("C", "F")'], ["房地产", '"房地产"'],
    ["-", "-"], ["", "-"], ["\uff0d", "-"], ['"C"', '"C"'], ['"C", 批发', '"C", "F"'], ["null", "null"],
  ];
  for (const [typed, stored] of cases) assert.equal(cell.typedTest(typed, sector), stored, typed);
  assert.equal(cell.shownTest('"C", "F"', sector), "制造业、批发");
  assert.equal(cell.shownTest('not("C")', sector), "not(制造业)");
  assert.equal(cell.shownTest('"住宿, 餐饮"', sector), '"住宿, 餐饮"', "a comma inside would read as a list");
  assert.equal(cell.shownTest('"C"', cell.vocabularyOf(SECTOR, told("string", { language: "en" }))), "Manufacturing");
  assert.deepEqual(cell.offers(sector), ["制造业", "批发", '"住宿, 餐饮"']);
});

test("what could mean something else is kept as it was typed", () => {
  for (const typed of ["grade", "prepay", "A B", "not(grade)", "? > 3", "upper case(C)", "C,", "true", "if", 'C"', "制造业 or 批发"]) {
    assert.equal(cell.typedTest(typed, sector), typed, typed);
  }
  const twice = cell.vocabularyOf({ key: "x", allowed: ['"a"', '"b"', '"c"'], labels: { a: label("同名"), b: label("同名"), c: label("a") } }, told("string"));
  assert.equal(cell.typedTest("同名", twice), '"同名"', "a name of two texts is neither");
  assert.equal(cell.typedTest("a", twice), '"a"', "a text is itself, whatever else is called so");
  assert.equal(cell.shownTest('"c"', twice), "c");
  const any = cell.vocabularyOf({ key: "x" }, told("any"));
  assert.equal(cell.typedTest("制造业", any), "制造业", "of a column of any type nothing is known");
  const fact = cell.vocabularyOf({ key: "mode", allowed: ['"prepay"', '"cod"'] }, told("string"));
  assert.equal(cell.typedEntry("prepay", fact), "prepay", "the name of a fact stays one");
  assert.equal(cell.shownEntry('"prepay"', fact), '"prepay"');
  assert.equal(cell.shownEntry("prepay", fact), "prepay");
});

test("what is shown is typed as the same cell again", () => {
  const kinds = [sector, cell.vocabularyOf({ key: "n" }, told("number")), cell.vocabularyOf({ key: "b" }, told("boolean")), cell.vocabularyOf({ key: "d" }, told("date")), cell.vocabularyOf({ key: "a" }, told("any"))];
  const cells = ['"C"', '"C", "F"', '"C","F"', 'not("C")', '"x y"', '"a\\"b"', '"-"', '"null"', '"grade"', "-", "null", "true", "false", "not(true)", "[30..50)", ">= 5", "not(5)", "5, 6",
    "0.50", 'date("2024-01-05")', '[date("2024-01-05")..date("2024-02-01")]', '"2024-01-05"', "? = grade", "", " -", '"é\ud83d\ude00"', '"\\u00e9"'];
  for (const known of kinds) {
    for (const stored of cells) {
      const again = cell.typedTest(cell.shownTest(stored, known), known);
      const plain = (text) => text.trim().replaceAll(/,\s*/g, ",") || "-";
      assert.equal(plain(again), plain(stored), `${known.kind}: ${stored}`);
      const entry = cell.typedEntry(cell.shownEntry(stored, known), known);
      assert.equal(entry, stored.trim(), `${known.kind}: result ${stored}`);
    }
  }
});

test("yes and no, dates, and the signs of input methods", () => {
  const number = cell.vocabularyOf({ key: "n" }, told("number"));
  assert.equal(cell.typedTest("\u226530", number), ">=30");
  assert.equal(cell.typedTest("\uff1c\uff15\uff10", number), "<50");
  assert.equal(cell.typedTest("30\u300160", number), "30, 60");
  assert.equal(cell.typedTest("<= 30%", number), "<= 0.3");
  assert.equal(cell.typedTest("30%", cell.vocabularyOf({ key: "n" }, told("number", { unit: "days" }))), "30%", "of days: the server tells");
  assert.equal(cell.typedTest("[30%..50%)", cell.vocabularyOf({ key: "n" }, told("number", { unit: "ratio" }))), "[0.3..0.5)");
  assert.equal(cell.typedTest(">= 30%", cell.vocabularyOf({ key: "n" }, told("number", { unit: "percent" }))), ">= 30");
  assert.equal(cell.typedEntry("1,234.50", number), "1234.50");
  assert.equal(cell.typedTest("1,234", number), "1,234", "two numbers, or one: not for us to say");
  const truth = cell.vocabularyOf({ key: "b" }, told("boolean"));
  assert.deepEqual(["是", "否", "not(是)"].map((each) => cell.typedTest(each, truth)), ["true", "false", "not(true)"]);
  assert.equal(cell.shownTest("false", truth), "否");
  const day = cell.vocabularyOf({ key: "d" }, told("date"));
  assert.equal(cell.typedTest("2024/1/5", day), 'date("2024-01-05")');
  assert.equal(cell.shownTest('date("2024-01-05")', day), "2024-01-05");
  assert.equal(cell.typedTest(">= 2024-01-05", day), '>= date("2024-01-05")');
});

test("what spreadsheets write otherwise is named", () => {
  const number = cell.vocabularyOf({ key: "n" }, told("number"));
  assert.deepEqual(["30-50", "30~50", "1,234", "-5", "30", "5, 6"].map((each) => cell.misread(each, number)), ["minus", "minus", "grouped", null, null, null]);
  assert.equal(cell.misread("30-50", sector), null);
});

test("cut points make ranges without gap or overlap", () => {
  assert.deepEqual(cell.ladder("0, 30, 50", false, false), ["[0..30)", "[30..50)", ">= 50"]);
  assert.deepEqual(cell.ladder("50\n0\t30 30", true, true), ["<= 0", "(0..30]", "(30..50]", "> 50"]);
  assert.deepEqual(cell.ladder("7", true, false), ["< 7", ">= 7"]);
  assert.deepEqual(cell.ladder("10 9 0.5", false, false), ["[0.5..9)", "[9..10)", ">= 10"]);
  for (const wrong of ["a", "1,b", "", "1..2"]) assert.equal(cell.ladder(wrong, false, false), null, wrong);
});

const reading = { when: (_, text) => text || "-", then: (_, text) => text, note: (_, text) => (text === "" ? undefined : label(text)) };

function small() {
  return {
    hit_policy: "U", inputs: [{ key: "a", value: "a" }, { key: "b", value: "b" }], outputs: [{ key: "x" }],
    rows: [{ id: "r1", when: ["1", "2"], then: ["10"] }, { id: "r7", when: ["3", "-"], then: ["20"], note: label("备注") }],
  };
}

test("rows are written, added, moved and removed under ids that stay", () => {
  const acts = [
    { kind: "set", edits: [{ row: 0, column: 1, text: "9" }, { row: 1, column: 2, text: "30" }, { row: 1, column: 3, text: "" }] },
    { kind: "insert", at: 2, rows: [["5", "", "40", "新"], ["", "", "", "", "too many"]] },
    { kind: "move", from: 0, to: 1 },
  ];
  const made = model.rowsAfter(small(), acts, reading);
  assert.deepEqual(made.rows, [
    { id: "r7", when: ["3", "-"], then: ["30"] }, { id: "r1", when: ["1", "9"], then: ["10"] },
    { id: "r8", when: ["5", "-"], then: ["40"], note: label("新") }, { id: "r9", when: ["-", "-"], then: [""] },
  ]);
  assert.deepEqual(model.rowsAfter(small(), [{ kind: "remove", from: 0, count: 1 }], reading).rows.map((each) => each.id), ["r7"]);
  assert.deepEqual(model.rowFor(small(), ["[1..2)", "-"]).rows.at(-1), { id: "r8", when: ["[1..2)", "-"], then: [""] });
});

test("a ladder adds rows, or splits one and keeps what it says", () => {
  const split = model.laddered(small(), 1, ["< 5", ">= 5"], 1);
  assert.deepEqual(split.rows.map((each) => [each.id, each.when, each.then]), [["r1", ["1", "2"], ["10"]], ["r7", ["3", "< 5"], ["20"]], ["r8", ["3", ">= 5"], ["20"]]]);
  assert.deepEqual(model.laddered(small(), 0, ["< 5", ">= 5"], null).rows.slice(2).map((each) => [each.id, each.when]), [["r8", ["< 5", "-"]], ["r9", [">= 5", "-"]]]);
});

test("cells go with their columns", () => {
  assert.deepEqual(model.addColumn(small(), "inputs").rows[0].when, ["1", "2", "-"]);
  assert.deepEqual(model.addColumn(small(), "outputs").rows[0].then, ["10", ""]);
  assert.deepEqual(model.moveColumn(small(), "inputs", 0, 1).rows[0].when, ["2", "1"]);
  assert.deepEqual(model.removeColumn(small(), "inputs", 0).rows[1].when, ["-"]);
  const copy = model.copyColumn(small(), "inputs", 0);
  assert.deepEqual([copy.inputs.map((each) => each.key), copy.rows[1].when], [["a", "a_2", "b"], ["3", "3", "-"]]);
  assert.deepEqual(model.renameFact({ ...small(), facts: ["a"], examples: [{ name: "e", facts: { a: "1" }, expect: {} }] }, 0, "c"), {
    ...small(), facts: ["c"], inputs: [{ key: "a", value: "c" }, { key: "b", value: "b" }], examples: [{ name: "e", facts: { c: "1" }, expect: {} }],
  });
});

test("what examples expect of an output follows its key", () => {
  const made = model.rekeyed(gallery, "outputs", 0, "days");
  assert.deepEqual(made.examples[0].expect.value, { days: "90", deposit: "0", payment_mode: "open_account" });
  assert.equal(made.examples[2].expect.value, null);
  assert.equal(model.rekeyed(gallery, "inputs", 0, "g").examples, gallery.examples);
});

test("two tabs are joined cell by cell, also where a column moved", () => {
  assert.deepEqual(model.gathered(model.spread(gallery)), gallery);
  const mine = model.moveColumn(small(), "inputs", 0, 1);
  const theirs = model.rowsAfter(small(), [{ kind: "set", edits: [{ row: 0, column: 0, text: "99" }] }], reading);
  const found = merge(...[small(), mine, theirs].map(model.spread));
  assert.deepEqual(found.conflicts, []);
  assert.deepEqual(model.gathered(found.value).rows[0].when, ["2", "99"]);
  const dropped = merge(...[small(), model.removeColumn(small(), "inputs", 1), theirs].map(model.spread));
  assert.deepEqual(model.gathered(dropped.value).rows.map((each) => each.when), [["99"], ["3"]]);
});

test("findings about rows come first, then gaps, then cells; what is whole is said only when nothing is wrong", () => {
  const at = "/body/tables/0/table";
  const problem = (code, inner, severity = "error", more = {}) => ({ code, path: at + inner, message: code, severity, ...more });
  const whole = coverOf([], at, small());
  assert.deepEqual([whole.sound, whole.findings], [["gap", "overlap"], []]);
  assert.deepEqual(coverOf([], at, { ...small(), hit_policy: "F", outputs: [{ key: "x", default: "0" }] }).sound, ["hidden"]);
  assert.deepEqual(coverOf([], at, { ...small(), hit_policy: "C" }).sound, ["twice"]);
  assert.deepEqual(coverOf([], at, { ...small(), rows: [] }).sound, []);
  const found = coverOf([problem("feel.unknown_name", "/rows/1/when/0"), problem("table.gap", "/rows", "warning", { cells: ["1", "-"] }), problem("table.overlap", "/rows/1", "error", { others: [0] }), { code: "x", path: "/body/tables/1/table/rows/0", message: "", severity: "error" }], at, small());
  assert.deepEqual(found.findings.map(({ kind, row, column }) => [kind, row, column]), [["rows", 1, undefined], ["gap", null, undefined], ["cell", 1, 0]]);
  assert.deepEqual(found.sound, []);
  const unread = coverOf([problem("table.not_analysed", "/rows/1/when/0", "warning")], at, small());
  assert.deepEqual([unread.sound, unread.unread], [["gap", "overlap"], [{ row: 1, column: 0, path: `${at}/rows/1/when/0` }]]);
  assert.deepEqual(coverOf([problem("schema.too_short", "/inputs/0/value")], at, small()).sound, []);
});

test("allowed values and their names are one grid", () => {
  assert.deepEqual(allowedRows(SECTOR, true), [["C", "制造业", "Manufacturing"], ["F", "批发", "Trade"], ["住宿, 餐饮", "", ""]]);
  const made = allowedAfter(SECTOR, [{ kind: "set", edits: [{ row: 0, column: 0, text: "M" }] }, { kind: "insert", at: 3, rows: [["K", "房地产"]] }, { kind: "remove", from: 1, count: 1 }], true);
  assert.deepEqual([made.allowed, made.labels], [['"M"', '"住宿, 餐饮"', '"K"'], { M: label("制造业", "Manufacturing"), K: label("房地产") }]);
  assert.deepEqual(allowedAfter({ key: "n" }, [{ kind: "insert", at: 0, rows: [[">= 0"]] }], false), { key: "n", allowed: [">= 0"] });
  assert.deepEqual(allowedAfter({ key: "n", allowed: ["1"] }, [{ kind: "remove", from: 0, count: 1 }], false), { key: "n" });
  const named = { key: "s", labels: { C: label("制造业") } };
  assert.equal(limits(named), false);
  assert.deepEqual(allowedAfter(named, [{ kind: "insert", at: 1, rows: [["F"]] }], true), { key: "s", labels: { C: label("制造业"), F: label("F") } });
  assert.deepEqual(limited(named, true).allowed, ['"C"']);
  assert.equal(limited(limited(named, true), false).allowed, undefined);
});

test("a place leads to its part, and has a name", () => {
  assert.deepEqual([["body", "rows", 2], ["body", "inputs", 0], ["title", "zh-CN"], ["body", "examples", 1], ["body", "facts"], ["body"]].map(chosenFor), ["rows", "rows", "settings", "examples", "facts", "rows"]);
  assert.match(innerWords(["rows", 2, "when", 1], gallery, "zh-CN"), /行业门类$/);
  assert.match(innerWords(["outputs", 0, "default"], gallery, "en"), /Payment days$/);
  assert.match(innerWords(["facts", 0, "type"], gallery, "en"), /Grade$/);
});
