import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const paths = await load("designer/paths");
const history = await load("designer/history");
const decimals = await load("designer/decimals");
const { readTsv, writeTsv } = await load("designer/tsv");
const cells = await load("designer/cells");
const { merge } = await load("designer/merge");
const { keyFor, relabelled, say } = await load("designer/labels");
const { Problems } = await load("designer/problems");
const { Checker } = await load("designer/checker");
const { Saver } = await load("designer/saver");

test("a place is a pointer, with its signs escaped", () => {
  assert.equal(paths.pointer(["factors", 0, "a/b~c"]), "/factors/0/a~1b~0c");
  assert.deepEqual(paths.parts("/factors/0/a~1b~0c"), ["factors", 0, "a/b~c"]);
  assert.deepEqual(paths.parts(""), []);
  assert.equal(paths.inside("/a/b", "/a"), true);
  assert.equal(paths.inside("/ab", "/a"), false);
});

test("a change makes a new value of what is on the way, and nothing else", () => {
  const old = Object.freeze({ a: Object.freeze([1, Object.freeze({ b: 2 })]), c: Object.freeze({}) });
  const made = paths.put(old, ["a", 1, "b"], 3);
  assert.deepEqual(made, { a: [1, { b: 3 }], c: {} });
  assert.equal(made.c, old.c);
  assert.equal(paths.put(old, ["a", 1, "b"], 2), old);
  assert.deepEqual(paths.put(old, ["a", 0], undefined), { a: [{ b: 2 }], c: {} });
  assert.deepEqual(paths.put(old, ["c", "d", 0], "x").c, { d: ["x"] });
  assert.deepEqual(paths.put({ a: 1 }, ["a"], undefined), {});
  assert.equal(paths.get(old, ["a", 1, "b", "c"]), undefined);
  assert.deepEqual(paths.moved(["a", "b", "c"], 0, 9), ["b", "c", "a"]);
  assert.deepEqual(paths.putList({}, ["l"], (items) => [...items, 1]), { l: [1] });
  assert.equal(paths.same({ a: [1, { b: null }] }, { a: [1, { b: null }] }), true);
  assert.equal(paths.same({ a: undefined }, { b: undefined }), false);
  assert.equal(paths.same([], {}), false);
  assert.equal(paths.says({ table: ["a.days", { b: null }] }, "days"), true);
  assert.equal(paths.says({ table: ["a"] }, "table"), false);
});

test("typing a word is one step of undo, a pause begins another", () => {
  let now = history.started("");
  for (const [text, time] of [["a", 0], ["ab", 300], ["abc", 600]]) now = history.changed(now, text, "/name", "/name", time);
  now = history.changed(now, "abcd", "/name", "/name", 600 + history.PAUSE);
  now = history.changed(now, "moved", "/list", null, 700 + history.PAUSE);
  assert.equal(now.past.length, 3);
  const seen = [];
  for (let back = history.undone(now); back; back = history.undone(back.history)) {
    seen.push([back.history.now, back.at]);
    now = back.history;
  }
  assert.deepEqual(seen, [["abcd", "/list"], ["abc", "/name"], ["", "/name"]]);
  const again = history.redone(now);
  assert.deepEqual([again.history.now, again.at], ["abc", "/name"]);
  const other = history.changed(again.history, "x", "/name", "/name", 1);
  assert.equal(history.redone(other), null, "a change after undo forgets what was taken back");
  assert.equal(history.changed(other, "x", "/name", null, 2), other);
});

test("figures are read as people type them, exactly", () => {
  const read = [
    ["0.40", false, "0.40"], ["40", true, "0.40"], ["40%", false, "0.40"], ["４０％", true, "0.40"], ["37.5 %", true, "0.375"],
    ["1,234.5", false, "1234.5"], ["1,23", false, "1,23"], [".5", false, "0.5"], ["5.", false, "5"], ["+3", false, "3"], ["−0.05", false, "-0.05"],
    ["-5%", true, "-0.05"], ["007", false, "7"], ["0", true, "0.00"], ["1e3", false, "1e3"], [" abc ", true, "abc"], ["", true, ""], ["-", false, "-"],
    ["0.000000000001", false, "0.000000000001"], ["0.0000000000001", false, "0.0000000000001"], ["12345678901234567890", false, "12345678901234567890"],
  ];
  for (const [typed, percent, stored] of read) assert.equal(decimals.readFigure(typed, percent), stored, typed);
  const shown = [["0.40", "40%"], ["0.4", "40%"], ["0.375", "37.5%"], ["1", "100%"], ["-0.05", "-5%"], ["0.00", "0%"], ["abc", "abc"], ["", ""], ["0.1234567", "12.34567%"]];
  for (const [stored, text] of shown) assert.equal(decimals.showFigure(stored, true), text);
  assert.equal(decimals.showFigure("0.40", false), "0.40");
});

test("percent text comes back to itself for every figure of two places", () => {
  for (let whole = -150; whole <= 150; whole += 1) {
    const shown = decimals.showFigure(decimals.readFigure(`${whole}`, true), true);
    assert.equal(shown, `${whole}%`);
  }
});

test("sums, differences and products have no error of binary fractions", () => {
  assert.equal(decimals.sum(["0.1", "0.2"]), "0.3");
  assert.equal(decimals.sum(["33.33", "33.33", "33.34"]), "100");
  assert.equal(decimals.sum(["x", "", "-5", "5.10"]), "0.1");
  assert.equal(decimals.sum([]), "0");
  assert.equal(decimals.difference("100", "99.9999999999"), "0.0000000001");
  assert.equal(decimals.product("12.5", "0.45"), "5.625");
  assert.equal(decimals.trimmed("-0.00"), "0");
  assert.equal(decimals.shifted("5", -3), "0.005");
  assert.equal(decimals.shifted("0.005", 1), "0.05");
  assert.ok(decimals.compare("0.10", "0.1") === 0 && decimals.compare("-1", "0") < 0 && decimals.compare("10", "9.99") > 0);
});

test("a table of a spreadsheet is read with quotes, line ends and empty cells", () => {
  assert.deepEqual(readTsv("a\tb\r\nc\t\r\n"), [["a", "b"], ["c", ""]]);
  assert.deepEqual(readTsv('"x\ty"\t"1 ""2"""\n"a\nb"\tz'), [["x\ty", '1 "2"'], ["a\nb", "z"]]);
  assert.deepEqual(readTsv('say "no"\t"open'), [['say "no"', '"open']]);
  assert.deepEqual(readTsv(""), [[""]]);
  const table = [["a\tb", '"', "plain"], ["", "𠮷\n龘", "x"]];
  assert.deepEqual(readTsv(writeTsv(table)), table);
});

const shape = (rows, columns, more = {}) => ({ rows, columns, grows: true, fixed: () => false, ...more });

test("keys move inside the grid and its empty line below", () => {
  const grid = shape(2, 3);
  assert.deepEqual(cells.moveBy({ row: 1, column: 2 }, "ArrowDown", false, grid), { row: 2, column: 2 });
  assert.deepEqual(cells.moveBy({ row: 2, column: 2 }, "ArrowDown", false, grid), { row: 2, column: 2 });
  assert.deepEqual(cells.moveBy({ row: 1, column: 1 }, "ArrowLeft", true, grid), { row: 1, column: 0 });
  assert.deepEqual(cells.moveBy({ row: 1, column: 1 }, "End", true, grid), { row: 2, column: 2 });
  assert.equal(cells.moveBy({ row: 1, column: 1 }, "a", false, grid), null);
  assert.deepEqual(cells.tabTo({ row: 0, column: 2 }, false, grid), { row: 1, column: 0 });
  assert.deepEqual(cells.tabTo({ row: 0, column: 0 }, false, { ...grid, fixed: (_, column) => column === 1 }), { row: 0, column: 2 });
  assert.equal(cells.tabTo({ row: 2, column: 2 }, false, grid), null);
  assert.equal(cells.tabTo({ row: 0, column: 0 }, true, grid), null);
});

const apply = (rows, acts) => cells.applied(rows, acts, (texts) => [...texts], (row, column, text) => row.map((cell, at) => (at === column ? text : cell)));
const spot = (row, column) => cells.area({ row, column }, { row, column });

test("a paste writes over cells, leaves fixed ones, and makes the rows it needs", () => {
  const rows = [["1", "2", "3"], ["4", "5", "6"]];
  const grid = shape(2, 3, { fixed: (_, column) => column === 2 });
  const acts = cells.pasted(spot(1, 1), [["a", "b", "c"], ["d"], ["", ""]], grid);
  assert.deepEqual(apply(rows, acts), [["1", "2", "3"], ["4", "a", "6"], ["", "d", ""]]);
  assert.deepEqual(apply(rows, cells.pasted(spot(1, 1), [["a"], ["b"]], { ...grid, grows: false })), [["1", "2", "3"], ["4", "a", "6"]]);
  const whole = cells.area({ row: 1, column: 1 }, { row: 0, column: 0 });
  assert.deepEqual(apply(rows, cells.pasted(whole, [["x"]], grid)), [["x", "x", "3"], ["x", "x", "6"]]);
  assert.deepEqual(rows, [["1", "2", "3"], ["4", "5", "6"]]);
});

test("filling down, emptying, copying, moving and the empty line", () => {
  const rows = [["1", "a"], ["2", "b"], ["3", "c"]];
  const grid = shape(3, 2);
  const read = (row, column) => rows[row]?.[column] ?? "";
  const left = cells.area({ row: 0, column: 0 }, { row: 2, column: 0 });
  assert.deepEqual(apply(rows, cells.filledDown(left, read, grid)), [["1", "a"], ["1", "b"], ["1", "c"]]);
  assert.deepEqual(apply(rows, cells.filledDown(spot(1, 1), read, grid)), [["1", "a"], ["2", "a"], ["3", "c"]]);
  assert.deepEqual(cells.filledDown(spot(0, 0), read, grid), []);
  assert.deepEqual(apply(rows, cells.cleared(left, grid)), [["", "a"], ["", "b"], ["", "c"]]);
  assert.deepEqual(cells.copied(cells.area({ row: 1, column: 0 }, { row: 3, column: 1 }), read, grid), [["2", "b"], ["3", "c"]]);
  assert.deepEqual(apply(rows, [{ kind: "move", from: 2, to: 0 }])[0], ["3", "c"]);
  assert.deepEqual(apply(rows, [{ kind: "remove", from: 0, count: 2 }]), [["3", "c"]]);
  assert.deepEqual(apply(rows, cells.typed({ row: 3, column: 1 }, "d", grid))[3], ["", "d"]);
  assert.deepEqual(cells.typed({ row: 3, column: 1 }, "", grid), []);
  assert.deepEqual(cells.typed({ row: 0, column: 0 }, "x", { ...grid, fixed: () => true }), []);
});

const card = (factors, more = {}) => ({ factors: factors.map(([key, weight, name]) => ({ key, weight, label: { "zh-CN": name ?? key } })), ...more });

test("what only one of two changed is taken from each", () => {
  const base = card([["a", "40"], ["b", "60"]], { alert: "70" });
  const mine = card([["a", "50"], ["b", "60"], ["c", "5"]], { alert: "70" });
  const theirs = card([["b", "60", "乙"], ["a", "40"]], { alert: "65", note: "n" });
  const made = merge(base, mine, theirs);
  assert.deepEqual(made.conflicts, []);
  assert.deepEqual(made.value, { ...card([["b", "60", "乙"], ["c", "5"], ["a", "50"]]), alert: "65", note: "n" });
  assert.deepEqual([...made.mine].sort(), ["/factors/a/weight", "/factors/c"]);
  assert.deepEqual([...made.theirs].sort(), ["/alert", "/factors", "/factors/b/label/zh-CN", "/note"]);
});

test("where both changed one thing, the choice decides and nothing is lost", () => {
  const [base, mine, theirs] = ["40", "50", "45"].map((weight) => card([["a", weight]]));
  const made = merge(base, mine, theirs);
  assert.deepEqual(made.conflicts, [{ path: "/factors/a/weight", base: "40", mine: "50", theirs: "45" }]);
  assert.equal(made.value.factors[0].weight, "50");
  assert.equal(merge(base, mine, theirs, new Map([["/factors/a/weight", "theirs"]])).value.factors[0].weight, "45");
});

test("an item one took away and the other changed is asked about", () => {
  const base = card([["a", "40"], ["b", "60"]]);
  const made = merge(base, card([["a", "40"]]), card([["a", "40"], ["b", "55"]]));
  assert.equal(made.conflicts.length, 1);
  assert.equal(made.value.factors.length, 1);
  const kept = merge(base, card([["a", "40"]]), card([["a", "40"], ["b", "55"]]), new Map([["/factors/b", "theirs"]]));
  assert.deepEqual(kept.value.factors.map((each) => [each.key, each.weight]), [["a", "40"], ["b", "55"]]);
  assert.deepEqual(merge(base, card([["a", "40"]]), base).value, card([["a", "40"]]));
});

test("lists without keys are one value; two of one key are too", () => {
  assert.equal(merge({ c: ["1"] }, { c: ["1", "2"] }, { c: ["0", "1"] }).conflicts.length, 0);
  const edges = (...points) => ({ cuts: points.map((each) => ({ points: each })) });
  assert.equal(merge(edges("1"), edges("2"), edges("3")).conflicts[0].path, "/cuts");
  assert.equal(merge(card([["a", "1"], ["a", "2"]]), card([["a", "3"]]), card([["a", "4"]])).conflicts[0].path, "/factors");
});

test("a key is suggested from its label, and never one that is taken", () => {
  const none = new Set();
  assert.equal(keyFor("资产负债率", none, "factor"), "资产负债率");
  assert.equal(keyFor("经营现金流/销售收入", none, "factor"), "经营现金流_销售收入");
  assert.equal(keyFor("Liabilities / Assets (%)", none, "factor"), "liabilities_assets");
  assert.equal(keyFor("近 12 月逾期次数", none, "factor"), "近_12_月逾期次数");
  assert.equal(keyFor("12 months", none, "factor"), "factor_12_months");
  assert.equal(keyFor("??", new Set(["factor", "factor_2"]), "factor"), "factor_3");
  assert.equal([...keyFor("𠮷".repeat(70), none, "factor")].length, 50);
});

test("labels fall back to the language there is", () => {
  assert.deepEqual(relabelled({ "zh-CN": "甲", en: "A" }, "en", ""), { "zh-CN": "甲" });
  assert.deepEqual(relabelled(undefined, "en", "A"), { en: "A" });
  assert.deepEqual([say({ "zh-CN": "甲" }, "en"), say({ en: "A" }, "zh-CN"), say(undefined, "en")], ["甲", "A", ""]);
});

test("problems are found by their place and what is inside it", () => {
  const found = new Problems([
    { code: "a", path: "/body/factors/1/weight", message: "", severity: "error" }, { code: "b", path: "/body/factors/10", message: "", severity: "warning" },
  ]);
  assert.equal(found.errors, 1);
  assert.deepEqual(found.under("/body/factors/1").map((each) => each.code), ["a"]);
  assert.deepEqual([found.worst("/body/factors/10"), found.worst("/body"), found.worst("/body/factors/2")], ["warning", "error", null]);
  assert.equal(found.at("/body/factors/1").length, 0);
});

function clock() {
  const due = new Map();
  let next = 1;
  return {
    set: (run) => { due.set(next, run); return next++; },
    clear: (handle) => { due.delete(handle); },
    ring: () => { for (const [handle, run] of [...due]) { due.delete(handle); run(); } },
    get size() { return due.size; },
  };
}
const settle = () => new Promise((done) => setImmediate(done));

test("an answer about an older document is dropped, whatever order answers come in", async () => {
  const timers = clock();
  const open = [];
  const seen = [];
  const checker = new Checker({
    timers, answered: (answer) => seen.push(answer),
    ask: (document, stop) => new Promise((done) => { open.push({ document, stop, done }); }),
  });
  checker.changed("a");
  checker.changed("ab");
  timers.ring();
  assert.deepEqual(open.map((each) => each.document), ["ab"]);
  checker.changed("abc");
  assert.equal(open[0].stop.aborted, true);
  timers.ring();
  open[1].done("of abc");
  await settle();
  open[0].done("of ab");
  await settle();
  assert.deepEqual(seen, ["of abc"]);
});

function saving(answers) {
  const timers = clock();
  const log = { sent: [], stands: [], kept: [] };
  let now = "v0";
  const saver = new Saver({
    timers, document: () => now, rowVersion: 1, saved: "before",
    send: (document, version) => { log.sent.push([document, version]); return Promise.resolve(answers.shift()); },
    stands: (standing) => log.stands.push(standing.kind), kept: (answer, document) => log.kept.push(document),
  });
  return { saver, timers, log, write: (text) => { now = text; saver.changed(); } };
}
const ok = (version) => ({ kind: "saved", row_version: version, saved: "now", title_kept: true, problems: [], words: null });

test("changes are saved once, some seconds after the first, with the version of the page", async () => {
  const { saver, timers, log, write } = saving([ok(2), ok(3)]);
  write("v1");
  write("v2");
  assert.equal(timers.size, 1);
  timers.ring();
  write("v3"); // while the save is on its way
  await settle();
  assert.deepEqual(log.sent, [["v2", 1]]);
  assert.equal(saver.unsaved, true);
  timers.ring();
  await settle();
  assert.deepEqual(log.sent, [["v2", 1], ["v3", 2]]);
  assert.deepEqual([saver.unsaved, timers.size], [false, 0]);
  assert.deepEqual(log.stands, ["waiting", "saving", "saved", "waiting", "saving", "saved"]);
});

test("undone to what is kept, nothing is sent", () => {
  const { timers, log, write } = saving([]);
  write("v1");
  write("v0");
  assert.deepEqual([timers.size, log.sent.length, log.stands.at(-1)], [0, 0, "saved"]);
});

test("what could not be sent is tried again; what somebody else changed is not written over", async () => {
  const theirs = { title: {}, body: "theirs", row_version: 7, message: "m" };
  const { saver, timers, log, write } = saving([{ kind: "failed" }, { kind: "changed", theirs }, ok(8)]);
  write("v1");
  timers.ring();
  await settle();
  assert.equal(log.stands.at(-1), "failed");
  timers.ring();
  await settle();
  assert.equal(log.stands.at(-1), "changed");
  write("v2");
  await saver.save();
  assert.equal(log.sent.length, 2, "a conflict waits for its reader");
  saver.settled("theirs", 7);
  await settle();
  assert.deepEqual(log.sent.at(-1), ["v2", 7]);
  assert.equal(log.stands.at(-1), "saved");
});
