import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { optionOf, toNumber } = await load("charts/options");

const palette = {
  series: ["c1", "c2", "c3", "c4", "c5", "c6"], soft: "soft", line: "line", text: "text", surface: "surface", font: "f", size: 12,
  grade: (style) => `of ${style}`,
};

test("decimal strings are drawn, nothing else becomes a number", () => {
  assert.deepEqual([toNumber("83.60"), toNumber(2), toNumber(null), toNumber(""), toNumber("n/a")], [83.6, 2, null, null, null]);
});

test("every kind keeps to the policy: no HTML tooltip, no motion, a description", () => {
  const kinds = [
    { kind: "radar", axes: [{ name: "a" }], series: [{ name: "s", values: ["1"] }] },
    { kind: "step", x: ["q"], levels: ["B", "A"], values: ["A"] },
    { kind: "line", x: ["q"], series: [{ name: "s", values: [1] }] },
    { kind: "stack", x: ["q"], series: [{ name: "s", values: [1] }] },
    { kind: "bar", x: ["q"], values: [1] },
  ];
  for (const data of kinds) {
    const option = optionOf(data, palette, "标题");
    assert.equal(option.tooltip.renderMode, "richText", data.kind);
    assert.equal(option.animation, false, data.kind);
    assert.equal(option.aria.label.description, "标题", data.kind);
  }
});

test("series differ by dash or symbol, not by colour alone", () => {
  const series = [{ name: "a", values: ["1"] }, { name: "b", values: ["2"] }];
  const [a, b] = optionOf({ kind: "line", x: ["q"], series }, palette, "").series;
  assert.notEqual(a.lineStyle.type, b.lineStyle.type);
  assert.notEqual(a.symbol, b.symbol);
  const [radar] = optionOf({ kind: "radar", axes: [{ name: "x", max: "5" }], series }, palette, "").series;
  assert.notEqual(radar.data[0].lineStyle.type, radar.data[1].lineStyle.type);
});

test("a grade without a place on the scale leaves a gap", () => {
  const option = optionOf({ kind: "step", x: ["1", "2", "3"], levels: ["B", "A"], values: ["A", null, "Z"] }, palette, "");
  assert.deepEqual(option.series[0].data, ["A", null, null]);
});

test("bars take the colours of their grades; the first part of a stack is calm", () => {
  const bar = optionOf({ kind: "bar", x: ["AAA", "?"], values: ["1", "2"], styles: ["grade-1"] }, palette, "");
  assert.deepEqual(bar.series[0].data.map((each) => each.itemStyle.color), ["of grade-1", "c1"]);
  const stack = optionOf({ kind: "stack", x: ["q"], series: ["a", "b", "c"].map((name) => ({ name, values: [1] })) }, palette, "");
  assert.deepEqual(stack.series.map((each) => each.itemStyle.color), ["soft", "c3", "c4"]);
});

test("bars across name their rows downwards", () => {
  const option = optionOf({ kind: "bar", x: ["a", "b"], values: [1, 2], across: true }, palette, "");
  assert.equal(option.yAxis.inverse, true);
  assert.equal(option.xAxis.type, "value");
});

test("bars beside each other do not stack, and differ in colour", () => {
  const series = ["a", "b", "c"].map((name) => ({ name, values: ["1"] }));
  const stacked = optionOf({ kind: "stack", x: ["q"], series }, palette, "").series;
  const beside = optionOf({ kind: "stack", beside: true, x: ["q"], series }, palette, "").series;
  assert.deepEqual(stacked.map((each) => each.stack), ["all", "all", "all"]);
  assert.deepEqual(beside.map((each) => each.stack), [undefined, undefined, undefined]);
  assert.equal(new Set(beside.map((each) => each.itemStyle.color)).size, 3);
});

const room = await load("charts/room");

test("names break at spaces and between ideographs, never inside a word", () => {
  assert.equal(room.broken("External credit score", 90, 12), "External\ncredit score");
  assert.equal(room.broken("合同履约与交付能力", 72, 12), "合同履约与\n交付能力");
  assert.equal(room.broken("2026年10月25日", 85, 12), "2026年\n10月25日");
  assert.equal(room.broken("龘𠮷龘𠮷", 24, 12), "龘𠮷\n龘𠮷");
  assert.equal(room.broken("Incomprehensibilities", 30, 12), "Incomprehensibilities");
  assert.equal(room.broken("偿债 ability", 200, 12), "偿债 ability");
  assert.equal(room.broken("  ", 90, 12), "");
  assert.equal(room.widestPiece(["Contract performance", "履约"], 10), room.widthOf("performance", 10));
});

test("a radar leaves room for its names: beside the web fits the widest line", () => {
  const names = ["Financial health", "Operating stability", "Industry reputation", "Trading behaviour", "Contract performance", "External credit score", "Customer growth"];
  const data = { kind: "radar", axes: names.map((name) => ({ name })), series: [{ name: "s", values: names.map(() => "1") }] };
  for (const width of [320, 340, 390, 480, 900]) {
    const { radar } = optionOf(data, palette, "", { width, height: 240 });
    const widest = Math.max(...names.flatMap((name) => radar.axisName.formatter(name).split("\n")).map((line) => room.widthOf(line, 12)));
    assert.ok(radar.radius + 15 + widest <= width / 2, `${width}: ${radar.radius} and ${widest}`);
    assert.ok(radar.radius >= 36 && radar.radius <= 77, `${width}: ${radar.radius}`);
  }
  const wide = optionOf(data, palette, "", { width: 900, height: 240 }).radar;
  assert.equal(wide.axisName.formatter("Customer growth"), "Customer growth");
});

test("a legend that takes two lines pushes the drawing down", () => {
  const series = ["Not yet due", "Overdue 1-30", "Overdue 31-90", "Overdue over 90"].map((name) => ({ name, values: [1] }));
  const top = (width, kind) => optionOf({ kind, x: ["q"], series }, palette, "", { width, height: 240 }).grid.top;
  for (const kind of ["stack", "line"]) {
    assert.ok(top(330, kind) >= top(900, kind) + 20, kind);
    assert.equal(optionOf({ kind, x: ["q"], series: series.slice(1, 2) }, palette, "", { width: 330, height: 240 }).grid.top, 12);
  }
  assert.equal(room.legendLines(["a", "b"], 900, 10, 12), 1);
  assert.equal(room.legendLines(["甲乙丙丁戊", "甲乙丙丁戊", "甲乙丙丁戊"], 180, 10, 12), 2);
});

test("every name stands under its bar where all fit, in two lines if need be", () => {
  const grades = ["AAA", "AA", "A", "BBB", "BB", "B", "C", "D", "尚无等级"];
  const label = (x, width) => optionOf({ kind: "bar", x, values: x.map(() => 1) }, palette, "", { width, height: 240 }).xAxis.axisLabel;
  assert.equal(label(grades, 330).interval, 0);
  assert.equal(label(grades, 330).formatter("尚无等级"), "尚无\n等级");
  assert.equal(label(grades, 900).formatter("尚无等级"), "尚无等级");
  assert.equal(label(Array.from({ length: 24 }, (_, month) => `2026-${month}`), 330).hideOverlap, true);
});
