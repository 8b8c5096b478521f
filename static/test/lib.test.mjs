import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { fill } = await load("lib/format");
const { isTyping, singleKey, Sequence } = await load("lib/keys");
const { move, afterLeaving, range } = await load("lib/choice");
const { Pending } = await load("lib/pending");
const { sentence } = await load("inbox/decision");

const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...more });

test("places are filled as str.format fills them", () => {
  assert.equal(fill("共 {count} 项", { count: 3 }), "共 3 项");
  assert.equal(fill("{a}{b}{a}", { a: "𠮷", b: 0 }), "𠮷0𠮷");
  assert.equal(fill("{{x}} {missing}", {}), "{x} {missing}");
  assert.equal(fill("{a}", { a: "{b}", b: "no" }), "{b}");
});

test("single keys are known and browser keys left alone", () => {
  assert.equal(singleKey(press("j")), "j");
  assert.equal(singleKey(press("J", { shiftKey: true })), "shift+j");
  assert.equal(singleKey(press("X")), "x"); // caps lock
  assert.equal(singleKey(press("?", { shiftKey: true })), "?");
  assert.equal(singleKey(press("Enter")), "enter");
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }, { keyCode: 229 }]) {
    assert.equal(singleKey(press("a", more)), null);
  }
  for (const key of ["ArrowDown", "Tab", "Escape", "F5", "Process"]) assert.equal(singleKey(press(key)), null);
});

test("letters stay text inside fields", () => {
  for (const focused of [{ tagName: "INPUT", type: "text" }, { tagName: "INPUT" }, { tagName: "INPUT", type: "search" }, { tagName: "TEXTAREA" },
    { tagName: "SELECT" }, { tagName: "DIV", isContentEditable: true }]) assert.equal(isTyping(focused), true);
  for (const focused of [null, { tagName: "INPUT", type: "checkbox" }, { tagName: "BUTTON" }, { tagName: "A" }]) assert.equal(isTyping(focused), false);
});

test("g and a letter are one key, but not when too slow", () => {
  const keys = new Sequence(new Set(["g"]), 1000);
  assert.equal(keys.next("j", 0), "j");
  assert.equal(keys.next("g", 10), null);
  assert.equal(keys.next("i", 500), "g i");
  assert.equal(keys.next("i", 600), "i");
  assert.equal(keys.next("g", 700), null);
  assert.equal(keys.next("a", 2000), "a");
  assert.equal(keys.next("g", 2100), null);
  assert.equal(keys.next("g", 4000), null);
  assert.equal(keys.next("c", 4100), "g c");
});

test("moving stays inside the list", () => {
  assert.deepEqual([move(-1, 1, 3), move(-1, -1, 3), move(2, 1, 3), move(0, -1, 3), move(1, 1, 3), move(0, 1, 0)], [0, 2, 2, 0, 2, -1]);
});

test("after a row leaves, the one after it is chosen, at the end the one before", () => {
  assert.deepEqual([afterLeaving(0, 3), afterLeaving(1, 3), afterLeaving(2, 3), afterLeaving(0, 1)], [1, 2, 1, -1]);
});

test("a range counts both ends in either direction", () => {
  assert.deepEqual(range(1, 3), [1, 2, 3]);
  assert.deepEqual(range(3, 1), [1, 2, 3]);
  assert.deepEqual(range(-1, 2), [2]);
  assert.deepEqual(range(2, -1), []);
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

test("an act is sent once when its time has come", () => {
  const sent = [];
  const timers = clock();
  const pending = new Pending((id, act, leaving) => sent.push([id, act, leaving]), timers);
  assert.equal(pending.add("t1", "approve"), true);
  assert.equal(pending.add("t1", "reject"), false);
  assert.equal(pending.latest, "t1");
  timers.ring();
  timers.ring();
  assert.deepEqual(sent, [["t1", "approve", false]]);
  assert.equal(pending.undo("t1"), null);
});

test("an act taken back is never sent, and the id may act again", () => {
  const sent = [];
  const timers = clock();
  const pending = new Pending((id) => sent.push(id), timers);
  pending.add("t1", "approve");
  assert.equal(pending.undo("t1"), "approve");
  timers.ring();
  pending.flush(true);
  assert.deepEqual(sent, []);
  assert.equal(pending.add("t1", "reject"), true);
});

test("leaving sends all that waits, in order, and leaves no clock running", () => {
  const sent = [];
  const timers = clock();
  const pending = new Pending((id, _, leaving) => sent.push([id, leaving]), timers);
  for (const id of ["t3", "t1", "t2"]) pending.add(id, id);
  pending.flush(true);
  assert.deepEqual(sent, [["t3", true], ["t1", true], ["t2", true]]);
  assert.equal(pending.size, 0);
  assert.equal(timers.size, 0);
});

test("the most exact sentence of a refusal is shown", () => {
  assert.equal(sentence({ title: "a", detail: "b", problems: [{ message: "c" }, {}, { message: "d" }] }, "e"), "c d");
  assert.equal(sentence({ title: "a", detail: "b" }, "e"), "b");
  assert.equal(sentence({ title: "a" }, "e"), "a");
  assert.equal(sentence({}, "e"), "e");
});
