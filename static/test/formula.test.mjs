import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const { pieceAt, Vocabulary, KEYWORDS, START } = await load("formula/tokens");
const { asks, beside, difference, insertion, marks, mayCall, mended, offered, signature } = await load("formula/answer");
const { onlyFacts, valueAt, wholeOf } = await load("formula/trial");
const { Questions } = await load("formula/questions");
const { changed, paused, started, undone } = await load("designer/history");

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const scanner = await readFile(path.join(ROOT, "rules/feel/tokens.py"), "utf8");

/** Kinds and texts of the pieces of a formula, without blanks; lines are read as the editor reads them. */
function read(text, names = [], dialect = "feel") {
  const known = new Vocabulary(dialect, names);
  const found = [];
  let open = "";
  for (const line of text.split("\n")) {
    for (let at = 0; at < line.length; ) {
      const piece = pieceAt(line, at, open, known);
      assert.ok(piece.end > at && piece.end <= line.length, `${line} at ${at}`);
      if (piece.kind) found.push(`${piece.kind} ${line.slice(at, piece.end)}`);
      [at, open] = [piece.end, piece.open];
    }
  }
  return found;
}

test("keywords and the beginnings of words are those of the server", () => {
  const block = /KEYWORDS = frozenset\(\s*\{([^}]*)\}/.exec(scanner)[1];
  assert.deepEqual([...KEYWORDS].sort(), [...block.matchAll(/"(\w+)"/g)].map(([, word]) => word).sort());
  const start = /START = \(([^)]*)\)/.exec(scanner)[1];
  const theirs = [...start.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("");
  assert.equal(START, theirs.replace(/\\U000(\w{5})/g, (_, code) => `\\u{${code.replace(/^0+/, "")}}`));
});

test("a formula falls into keywords, names, functions, numbers and texts", () => {
  assert.deepEqual(read('if 资产负债率 > 0.5 then max(a, 1e3) else "高" // so', ["资产负债率"]), [
    "keyword if", "name 资产负债率", "mark >", "number 0.5", "keyword then", "function max", "mark (", "word a", "mark ,", "number 1e3",
    "mark )", "keyword else", 'string "高"', "comment // so",
  ]);
  assert.deepEqual(read("/* a\nb */ 1", []), ["comment /* a", "comment b */", "number 1"]);
  assert.deepEqual(read('"a\\"b\nc" 2'), ['string "a\\"b', 'string c"', "number 2"]);
  assert.deepEqual(read('"" + "\\\\" + "x'), ['string ""', "mark +", 'string "\\\\"', "mark +", 'string "x']);
});

test("the longest known name wins; names hold blanks, marks and characters beyond the first plane", () => {
  const names = ["近 12 月逾期次数", "流动", "流动比率", "𠮷利", "经营现金流/销售收入"];
  assert.deepEqual(read("近 12 月逾期次数+流动比率 - 𠮷利 * 经营现金流/销售收入", names), [
    "name 近 12 月逾期次数", "mark +", "name 流动比率", "mark -", "name 𠮷利", "mark *", "name 经营现金流/销售收入",
  ]);
  assert.deepEqual(read("流动性 `流动 x` 𠮷", names), ["word 流动性", "name `流动 x`", "word 𠮷"]);
});

test("functions of several words are one piece", () => {
  assert.deepEqual(read("date and time(a) string length (b) date and c"), [
    "function date and time", "mark (", "word a", "mark )", "function string length", "mark (", "word b", "mark )", "word date", "keyword and", "word c",
  ]);
});

test("the dialect of Excel doubles quotes, knows curly and full-width marks and no keywords", () => {
  assert.deepEqual(read('IF（a<>1，"x""y"，“z”）and TRUE', ["a"], "excel"), [
    "function IF", "mark （", "name a", "mark <>", "number 1", "mark ，", 'string "x""y"', "mark ，", "string “z”", "mark ）", "word and", "keyword TRUE",
  ]);
});

const problem = (start, end) => ({ code: "x", path: "", message: "m", severity: "error", ...(start === null ? {} : { span: [start, end] }) });

test("problems become marks inside the text, never of nothing and never half a character", () => {
  const spans = (text, ...found) => marks(found, text).map(({ from, to }) => [from, to]);
  assert.deepEqual(spans("𠮷 + abc", problem(5, 8)), [[5, 8]]);
  assert.deepEqual(spans("a +", problem(3, 3)), [[2, 3]]);
  assert.deepEqual(spans("a 𠮷", problem(4, 4)), [[2, 4]]);
  assert.deepEqual(spans("𠮷", problem(2, 2)), [[0, 2]]);
  assert.deepEqual(spans("ab", problem(0, 0)), [[0, 1]]);
  assert.deepEqual(spans("ab", problem(1, 90)), [[1, 2]]);
  assert.deepEqual(spans("abc", problem(null)), [[0, 3]]);
  assert.deepEqual(spans("", problem(0, 0)), [[0, 0]]);
});

const item = (kind, text, more = {}) => ({ kind, text, name: text, label: {}, type_words: "", detail: "", ...more });

test("accepting writes brackets and quotes once", () => {
  assert.deepEqual(insertion(item("function", "max("), ""), { text: "max(", swallow: 0 });
  assert.deepEqual(insertion(item("function", "max("), "("), { text: "max", swallow: 0 });
  assert.deepEqual(insertion(item("function", "MAX("), "（"), { text: "MAX", swallow: 0 });
  assert.deepEqual(insertion(item("value", '"A"'), '"'), { text: '"A"', swallow: 1 });
  assert.deepEqual(insertion(item("name", "`a b`"), "`"), { text: "`a b`", swallow: 1 });
  assert.deepEqual(insertion(item("name", "资产"), "`"), { text: "资产", swallow: 0 });
});

test("beside a name stand label, type, unit and origin; beside a function its signature", () => {
  const name = item("name", "FIN", { label: { "zh-CN": "负债率", en: "Debt" }, type_words: "数字", detail: "ratio" });
  assert.equal(beside(name, "zh-CN", "事实"), "负债率 · 数字 · ratio · 事实");
  assert.equal(beside({ ...name, detail: "" }, "en", ""), "Debt · 数字");
  assert.equal(beside({ ...name, name: "负债率", detail: "" }, "zh-CN", ""), "数字");
  assert.equal(beside(item("function", "max(", { name: "max", detail: "max(list)" }), "en", ""), "(list)");
});

test("what is written already is not offered", () => {
  assert.deepEqual(offered({ span: [0, 2], items: [item("name", "ab")] }, "ab"), []);
  assert.equal(offered({ span: [0, 1], items: [item("name", "ab")] }, "a").length, 1);
  assert.equal(offered({ span: [0, 2], items: [item("name", "ab"), item("name", "abc")] }, "ab").length, 2);
});

test("the smallest change leads from one text to the other", () => {
  const after = (before, found) => before.slice(0, found.from) + found.insert + before.slice(found.to);
  for (const [before, wanted] of [["", "a"], ["a", ""], ["aa", "aaa"], ["aXb", "aYb"], ["𠮷a", "𠮷b"], ["abab", "ab"], ["𠮷", "𠮸"]]) {
    assert.equal(after(before, difference(before, wanted)), wanted, `${before} to ${wanted}`);
  }
  assert.equal(difference("a", "a"), null);
  assert.deepEqual(difference("a + b", "a + c + b"), { from: 4, to: 4, insert: "c + " });
});

test("values of a field are offered with their labels", () => {
  assert.equal(beside(item("value", '"C13"', { label: { "zh-CN": "制造业" } }), "zh-CN", ""), "制造业");
  assert.equal(beside(item("value", '"C13"'), "en", ""), "");
});

test("behind words everything is asked for, behind comparisons values, behind figures nothing", () => {
  for (const before of ["营", "a + rev", "𠮷", "`x", '行业 = "', "customer.", "x1", "近 12 月"]) assert.equal(asks(before), "all", before);
  for (const before of ["行业 = ", "a <> ", "行业 in (", '行业 in ("x", ', "行业 in（", "a >= "]) assert.equal(asks(before), "values", before);
  for (const before of ["", "1", "1.5", "a + 12", "a + ", "max(", "max(a, ", " "]) assert.equal(asks(before), null, before);
});

test("a fix is moved along with what was typed elsewhere, and dropped where its place was touched", () => {
  const fix = { span: [6, 12], text: "revenue", words: "" };
  const after = (now) => {
    const change = mended(fix, "𠮷率 + revenu", now);
    return change && now.slice(0, change.from) + change.insert + now.slice(change.to);
  };
  assert.equal(after("𠮷率 + revenu"), "𠮷率 + revenue");
  assert.equal(after("𠮷𠮷率 + revenu"), "𠮷𠮷率 + revenue");
  assert.equal(after("率 + revenu"), "率 + revenue");
  assert.equal(after("𠮷率 + revenu * 2"), "𠮷率 + revenue * 2");
  assert.equal(after("𠮷率 + revenus"), null);
  assert.equal(after("𠮷率 + xrevenu"), null);
  assert.equal(after("𠮷率 + reven"), null);
  assert.equal(after("𠮷率 + xx"), null);
  const close = { span: [6, 6], text: ")", words: "" };
  const closed = mended(close, "max(a,", "max(a,");
  assert.deepEqual(closed, { from: 6, to: 6, insert: ")" });
  assert.equal(mended(close, "max(a,", "max(a,b"), null);
  assert.deepEqual(mended(close, "max(a,", "1 + max(a,"), { from: 10, to: 10, insert: ")" });
});

test("the signature falls apart around the parameter being written", () => {
  const param = (name, more = {}) => ({ name, kind: "", optional: false, several: false, ...more });
  const call = (argument, ...params) => signature({ name: "f", argument, params });
  assert.deepEqual(call(1, param("a"), param("b", { optional: true }), param("c")), ["f(a, ", "[b]", ", c)"]);
  assert.deepEqual(call(0, param("list", { several: true })), ["f(", "list…", ")"]);
  assert.deepEqual(call(7, param("a"), param("b")), ["f(a, ", "b", ")"]);
  assert.deepEqual(call(0), ["f()", "", ""]);
});

test("a call is looked for only inside brackets", () => {
  for (const before of ["max(", "max(a, (1 + 2), ", "IF（", 'f(")"', "(a"]) assert.equal(mayCall(before), true, before);
  for (const before of ["", "a", "max(a)", '"("', ")"]) assert.equal(mayCall(before), false, before);
});

const TRIAL = {
  who: "客户",
  names: { 率: { value: "0.5" }, 空: { value: null, why: ["缺少"] } },
  formulas: { "/a": { text: "率 + 空", value: null, why: ["缺少"], parts: [{ span: [0, 1], value: "0.5" }, { span: [4, 5], value: null, why: ["缺少"] }, { span: [0, 5], value: null }] } },
};
const here = (name, span) => ({ kind: "name", name, span });

test("the value of a name, else of the smallest part, else of the whole, while the text is the one that was tried", () => {
  assert.deepEqual(valueAt(TRIAL, "/a", "率 + 空", here("率", [0, 1]), 0), { value: "0.5", span: [0, 1], whole: false });
  assert.deepEqual(valueAt(TRIAL, "/b", "又写 + 率", here("率", [5, 6]), 5).value, "0.5");
  assert.deepEqual(valueAt(TRIAL, "/a", "率 + 空", null, 4), { value: null, why: ["缺少"], span: [4, 5], whole: false });
  assert.deepEqual(valueAt({ ...TRIAL, formulas: { "/a": { ...TRIAL.formulas["/a"], parts: [] } } }, "/a", "率 + 空", null, 3), { value: null, why: ["缺少"], span: [0, 5], whole: true });
  assert.equal(valueAt(TRIAL, "/a", "率 + 空 + 1", null, 3), null);
  assert.equal(valueAt(null, "/a", "率", here("率", [0, 1]), 0), null);
  assert.equal(wholeOf(TRIAL, "/a", "率"), null);
  assert.equal(wholeOf(TRIAL, "/a", "率 + 空").why[0], "缺少");
});

test("of a draft that can no longer be tried only facts keep their values", () => {
  assert.deepEqual(onlyFacts(TRIAL, new Set(["率"])), { who: "客户", names: { 率: { value: "0.5" } }, formulas: {} });
});

test("a question is sent once, and again where no answer came", async () => {
  const sent = [];
  const questions = new Questions(async (asked) => (sent.push(asked.text), asked.text === "down" ? null : { problems: [] }));
  const [one, other] = await Promise.all([questions.ask({ text: "a", at: 1 }, "feel"), questions.ask({ text: "a", at: 1 }, "feel")]);
  assert.equal(one, other);
  await questions.ask({ text: "a", at: 1 }, "excel");
  await questions.ask({ text: "down", at: 1 }, "feel");
  await questions.ask({ text: "down", at: 1 }, "feel");
  questions.forget();
  await questions.ask({ text: "a", at: 1 }, "feel");
  assert.deepEqual(sent, ["a", "a", "down", "down", "a"]);
});

test("a stroke is one step of undo by itself, also amid typing", () => {
  let history = changed(started("a"), "ab", "/p", "/p", 1000);
  history = paused(history);
  history = paused(changed(history, "AB", "/p", "/p", 1100));
  history = changed(history, "ABc", "/p", "/p", 1200);
  history = undone(history).history;
  assert.equal(history.now, "AB");
  assert.equal(undone(history).history.now, "ab");
});
