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
