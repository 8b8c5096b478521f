import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const tree = await load("form/body");
const { readCondition, writeCondition, operatorsFor, valueFor, pickedMoment, writtenMoment } = await load("form/condition");
const schema = await load("form/schema");
const { carried } = await load("form/naming");
const { wordsOf, missing, lacks } = await load("form/words");
const { withPick, pickedPlaces } = await load("form/picks");
const { behindChosen, placesToKeep } = await load("form/library_acts");

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const gallery = JSON.parse(await readFile(path.join(ROOT, "app/gallery/forms/credit_request.json"), "utf8")).body;
const types = JSON.parse(await readFile(path.join(ROOT, "forms/form.schema.json"), "utf8")).$defs;

const label = (words) => ({ "zh-CN": words });
const field = (id, key, type = "text", more = {}) => ({ id, key, type, label: label(key), ...more });
const OUTER = new Set(["subform", "note"]);

function form(more = {}) {
  return {
    sections: [
      { key: "one", fields: [field("f_01", "a", "text", { unique: "form" }), field("f_02", "rows", "subform", { fields: [field("f_03", "a"), field("f_04", "x", "number")] }), field("f_05", "c")] },
      { key: "two", fields: [field("f_06", "d")] },
    ],
    ...more,
  };
}
const keys = (body) => body.sections.map((section) => section.fields.map((each) => (each.fields ? `${each.key}(${each.fields.map((one) => one.key).join()})` : each.key)).join(" "));

test("ids are never given again: not those of fields, of removed ones, or of older versions", () => {
  const body = form({ removed: [{ id: "f_09", key: "old", type: "text", last_version: 1 }] });
  assert.equal(tree.nextId(tree.takenIds(body, new Set())), "f_10");
  assert.equal(tree.nextId(tree.takenIds(body, new Set(["f_41", "x1"]))), "f_42");
  assert.equal(tree.nextId(new Set()), "f_01");
  assert.equal(tree.nextId(new Set(["r1", "r12"]), "r"), "r13");
});

test("fields move inside their list, over its end, across sections and into sub-forms", () => {
  const body = form();
  assert.deepEqual(keys(tree.relocated(body, [0, 2], [0], 0, OUTER).body), ["c a rows(a,x)", "d"]);
  const across = tree.relocated(body, [0, 2], [1], 1, OUTER);
  assert.deepEqual([keys(across.body), across.at], [["a rows(a,x)", "d c"], [1, 1]]);
  const into = tree.relocated(body, [0, 0], [0, 1], 2, OUTER);
  assert.deepEqual([keys(into.body), into.at], [["rows(a,x,a_2) c", "d"], [0, 0, 2]]);
  assert.equal(tree.fieldAt(into.body, into.at).unique, undefined);
  assert.equal(tree.fieldAt(into.body, into.at).id, "f_01");
  const out = tree.relocated(body, [0, 1, 1], [0], 1, OUTER);
  assert.deepEqual([keys(out.body), out.at], [["a x rows(a) c", "d"], [0, 1]]);
  assert.deepEqual(tree.relocated(body, [0, 1], [0, 1], 0, OUTER), { body, at: [0, 1] });
  assert.deepEqual(keys(tree.stepped(body, [0, 2], 1).body), ["a rows(a,x)", "c d"]);
  assert.deepEqual(keys(tree.stepped(body, [1, 0], -1).body), ["a rows(a,x) c d", ""]);
  assert.equal(tree.stepped(body, [0, 0], -1).body, body);
  assert.equal(tree.stepped(body, [0, 1, 0], -1).body, body);
  assert.deepEqual(keys(tree.stepped(body, [0, 1, 0], 1).body), ["a rows(x,a) c", "d"]);
});

test("rules follow a field into a sub-form and out again", () => {
  const body = form({ rules: [{ id: "r1", effect: "show", target: "c", when: "a = null" }] });
  const into = tree.relocated(body, [0, 2], [0, 1], 0, OUTER);
  assert.equal(into.body.rules[0].target, "rows.c");
  assert.equal(tree.relocated(into.body, into.at, [1], 0, OUTER).body.rules[0].target, "c");
});

test("a copy has ids and a key of its own, its columns too", () => {
  const made = tree.duplicated(form(), [0, 1], new Set(["f_20"]));
  const copy = tree.fieldAt(made.body, made.at);
  assert.deepEqual([made.at, copy.id, copy.key, copy.fields.map((each) => [each.id, each.key])], [[0, 2], "f_23", "rows_2", [["f_21", "a"], ["f_22", "x"]]]);
  assert.equal(tree.fieldAt(tree.duplicated(form(), [0, 0], new Set()).body, [0, 1]).unique, undefined);
});

test("what a published version had is remembered when it goes; what none had goes without a trace", () => {
  const published = { f_01: { key: "a", type: "text", version: 3, label: label("甲") }, f_03: { key: "a", type: "text", version: 2, label: label("乙") } };
  const body = form({ summary: ["a", "c"] });
  const less = tree.withoutField(body, [0, 0], published);
  assert.deepEqual(less.removed, [{ id: "f_01", key: "a", type: "text", last_version: 3, label: label("甲") }]);
  assert.deepEqual(less.summary, ["c"]);
  assert.deepEqual(tree.withoutField(body, [0, 1], published).removed.map((each) => each.id), ["f_03"]);
  assert.equal(tree.withoutField(body, [0, 2], published).removed, undefined);
  assert.deepEqual(tree.withoutSection(body, 0, published).removed.map((each) => each.id), ["f_01", "f_03"]);
});

test("keys are ASCII words with a number where they are taken", () => {
  assert.equal(tree.keyOf("Paid-in capital (CNY)", new Set(), "money"), "paid_in_capital_cny");
  assert.equal(tree.keyOf("注册资本", new Set(["money"]), "money"), "money_2");
  assert.equal(tree.keyOf("3 months", new Set(), "field"), "field_3_months");
});

const CONDITIONS = [
  ['kind != "deposit"', { join: "and", terms: [{ name: "kind", operator: "!=", values: [{ kind: "text", text: "deposit" }] }] }],
  ["limit > 1000000 and customer.grade in (\"A\", \"B\")", { join: "and", terms: [{ name: "limit", operator: ">", values: [{ kind: "number", text: "1000000" }] }, { name: "customer.grade", operator: "in", values: [{ kind: "text", text: "A" }, { kind: "text", text: "B" }] }] }],
  ["a = null or b != null", { join: "or", terms: [{ name: "a", operator: "empty", values: [] }, { name: "b", operator: "filled", values: [] }] }],
  ['list contains(tags, "x") or not(list contains(tags, "y"))', { join: "or", terms: [{ name: "tags", operator: "has", values: [{ kind: "text", text: "x" }] }, { name: "tags", operator: "has not", values: [{ kind: "text", text: "y" }] }] }],
  ['due >= date("2026-01-31")', { join: "and", terms: [{ name: "due", operator: ">=", values: [{ kind: "date", text: "2026-01-31" }] }] }],
  ["agreed = true and n <= -2.50", { join: "and", terms: [{ name: "agreed", operator: "=", values: [{ kind: "boolean", on: true }] }, { name: "n", operator: "<=", values: [{ kind: "number", text: "-2.50" }] }] }],
  ['not(kind in ("A"))', { join: "and", terms: [{ name: "kind", operator: "not in", values: [{ kind: "text", text: "A" }] }] }],
  ['名称 = "引\\"号\\\\ and or"', { join: "and", terms: [{ name: "名称", operator: "=", values: [{ kind: "text", text: '引"号\\ and or' }] }] }],
];

test("a condition is read from its formula and written as the same formula", () => {
  for (const [text, condition] of CONDITIONS) {
    assert.deepEqual(readCondition(text), condition, text);
    assert.equal(writeCondition(condition), text);
  }
  assert.deepEqual(readCondition('  kind\n = "A"  and(1)'), null);
  assert.equal(writeCondition(readCondition("limit>5 and\n  a=null")), "limit > 5 and a = null");
});

test("any other formula is no condition, so that nothing of it is lost", () => {
  const others = [
    "", "limit", "a = b", "a + 1 > 2", "a > 1 and b > 2 or c > 3", "(a > 1)", "not(a = 1)", "if a then b else c", "sum(rows.x) > 3", "a in [1..3]", "a between 1 and 2",
    'a = "x" // why', "1 < a", "a = 1 = true", "some r in rows satisfies r.x > 1", "a > null", 'a = @"2026-01-01"', "a = 1e5", 'a = "un', "a.b.", "a in ()", "and = 1", "`a b` = 1", 'a = "\\u4e00"',
  ];
  for (const each of others) assert.equal(readCondition(each), null, each);
  for (const rule of gallery.rules) assert.ok(readCondition(rule.when), rule.when);
  assert.ok(gallery.checks.every((check) => readCondition(check.formula) === null));
});

test("operators and values fit the type they compare", () => {
  assert.equal(operatorsFor("number")[0], ">=");
  assert.deepEqual(operatorsFor("list<string>"), ["has", "has not", "filled", "empty"]);
  assert.deepEqual(valueFor("number", "1e5"), { kind: "number", text: "0" });
  assert.deepEqual(valueFor("boolean", "false"), { kind: "boolean", on: false });
  for (const feel of ["number", "string", "boolean", "date", "list"]) {
    for (const operator of operatorsFor(feel)) {
      const values = operator === "empty" || operator === "filled" ? [] : [valueFor(feel, feel === "date" ? "2026-01-01" : "1")];
      const made = { join: "and", terms: [{ name: "a", operator, values }] };
      assert.deepEqual(readCondition(writeCondition(made)), made);
    }
  }
});

test("each member of each type has a control, and a new field has all it needs", () => {
  const found = Object.entries(types).filter(([name]) => name.startsWith("type_"));
  assert.ok(found.length > 20);
  const unforeseen = [];
  for (const [name, { properties, required }] of found) {
    for (const [member, each] of schema.ownMembers(properties, Object.keys(properties))) if (schema.controlOf(member, each) === "json") unforeseen.push(`${name}.${member}`);
    const made = schema.newField({ type: name.slice(5), label: label("新"), members: properties, needs: required }, "f_01", new Set(), {});
    for (const member of required) if (member !== "fields") assert.notEqual(made[member], undefined, `${name}.${member}`);
  }
  assert.deepEqual(unforeseen, []);
  assert.equal(schema.controlOf("strange", { type: "object", properties: {} }), "json");
});

test("under another type a field keeps what both types have", () => {
  const made = (name) => ({ type: name, label: label("新"), members: types[`type_${name}`].properties, needs: types[`type_${name}`].required });
  const before = field("f_01", "a", "text", { required: true, max_length: 9, help: label("助") });
  const after = schema.retyped(before, made("money"), {});
  assert.deepEqual(after, { id: "f_01", key: "a", type: "money", label: label("a"), required: true, help: label("助"), currency: "CNY" });
});

test("every label of a form is found once, with what it lacks", () => {
  const all = wordsOf(gallery, { "zh-CN": "申请", en: "Request" });
  assert.equal(new Set(all.map((each) => each.place)).size, all.length);
  assert.ok(all.some((each) => each.place === "/body/checks/0/message"));
  assert.equal(missing(gallery, { "zh-CN": "申请", en: "Request" }), 0);
  assert.equal(missing(form(), { "zh-CN": "表" }), 7);
  assert.deepEqual([lacks({ "zh-CN": " ", en: "x" }), lacks({ "zh-CN": "x", en: "" }), lacks({ "zh-CN": "x", en: "y" })], ["zh-CN", "en", null]);
});

test("a renamed key is carried into a form that was typed on meanwhile, and never over what names it now", () => {
  const asked = form({ rules: [{ id: "r1", effect: "show", target: "c", when: "a = null" }] });
  const answered = structuredClone(asked);
  answered.sections[0].fields[0].key = "first";
  answered.rules[0].when = "first = null";
  assert.equal(carried(asked, answered, asked), answered);
  const typed = structuredClone(asked);
  typed.sections[1].fields[0].label["zh-CN"] = "后来写的";
  const made = carried(asked, answered, typed);
  assert.deepEqual([made.sections[0].fields[0].key, made.rules[0].when, made.sections[1].fields[0].label["zh-CN"]], ["first", "first = null", "后来写的"]);
  const grown = structuredClone(asked);
  grown.checks = [{ id: "c1", formula: "a > 1", message: label("x") }];
  assert.equal(carried(asked, answered, grown), null);
  const moved = tree.relocated(asked, [0, 0], [1], 0, OUTER).body;
  assert.equal(carried(asked, answered, moved), null);
  const renamed = structuredClone(asked);
  renamed.sections[0].fields[0].key = "other";
  assert.equal(carried(asked, answered, renamed), null);
});

// Each operator on each type: the formula as the builder writes it.
const DAY = { kind: "date", text: "2026-03-01" };
const MOMENT = { kind: "moment", text: "2026-03-01T09:00:00@Asia/Shanghai" };
const TABLE = [
  ...["=", "!=", "<", "<=", ">", ">="].flatMap((operator) => [
    [`amount ${operator} 5`, "amount", operator, [{ kind: "number", text: "5" }]],
    [`amount ${operator} -0.50`, "amount", operator, [{ kind: "number", text: "-0.50" }]],
    [`day ${operator} date("2026-03-01")`, "day", operator, [DAY]],
    [`at ${operator} date and time("2026-03-01T09:00:00@Asia/Shanghai")`, "at", operator, [MOMENT]],
    [`名称 ${operator} "甲"`, "名称", operator, [{ kind: "text", text: "甲" }]],
  ]),
  ["yes = true", "yes", "=", [{ kind: "boolean", on: true }]],
  ["yes = false", "yes", "=", [{ kind: "boolean", on: false }]],
  ["kind = null", "kind", "empty", []],
  ["kind != null", "kind", "filled", []],
  ['kind in ("A")', "kind", "in", [{ kind: "text", text: "A" }]],
  ['kind in ("A", "B")', "kind", "in", [{ kind: "text", text: "A" }, { kind: "text", text: "B" }]],
  ["amount in (1, 2.5)", "amount", "in", [{ kind: "number", text: "1" }, { kind: "number", text: "2.5" }]],
  ['day in (date("2026-03-01"))', "day", "in", [DAY]],
  ['not(kind in ("A", "B"))', "kind", "not in", [{ kind: "text", text: "A" }, { kind: "text", text: "B" }]],
  ['list contains(kinds, "A")', "kinds", "has", [{ kind: "text", text: "A" }]],
  ['not(list contains(kinds, "A"))', "kinds", "has not", [{ kind: "text", text: "A" }]],
  ['customer.grade = "AA"', "customer.grade", "=", [{ kind: "text", text: "AA" }]],
  ['span.start >= date("2026-03-01")', "span.start", ">=", [DAY]],
  ['name = "a \\"b\\" \\\\ \\n c, (d) and e"', "name", "=", [{ kind: "text", text: 'a "b" \\ \n c, (d) and e' }]],
];

test("every operator on every type is read from its formula and written as the same formula", () => {
  for (const [text, name, operator, values] of TABLE) {
    const condition = { join: "and", terms: [{ name, operator, values }] };
    assert.deepEqual(readCondition(text), condition, text);
    assert.equal(writeCondition(condition), text);
  }
  for (const join of ["and", "or"])
    for (const [one] of TABLE)
      for (const [other] of TABLE) {
        const text = `${one} ${join} ${other}`;
        assert.equal(writeCondition(readCondition(text)), text);
      }
  for (const feel of ["string", "number", "boolean", "date", "date and time", "list", "list<string>", "context", "any"])
    for (const operator of operatorsFor(feel)) assert.ok(TABLE.some((row) => row[2] === operator), `${feel} ${operator}`);
});

const BEYOND = [
  "true", "amount", "amount + 1 > 2", "amount > other", "amount in [1..5]", "amount between 1 and 5", "amount in (> 5)", "not(amount > 5)", "(amount > 5)", "amount = 1 and (day = null)",
  "amount = 1 and day = null or yes = true", "count(rows) > 0", "some x in rows satisfies x.amount > 5", "if yes then amount > 5 else false", 'contains(name, "a")', "amount = 1e5", "// a note\namount = 1",
  "amount = 1 // a note", 'name = "\\u0041"', "day > date(2026, 3, 1)", "day > today()", "at > date and time(day)", "rows[1].amount = 1", "amount =", "amount = 1 and", "and", "", "null = amount", '"A" = kind', "get or else(amount, 0) > 5", "- amount > 5", "amount < null",
];

test("what is none of these is kept as the formula it is", () => {
  for (const text of BEYOND) assert.equal(readCondition(text), null, text);
});

test("a point in time keeps its zone, a new one gets that of the place", () => {
  assert.equal(pickedMoment("2026-03-01T09:00:00@Asia/Shanghai"), "2026-03-01T09:00");
  assert.equal(writtenMoment("2026-04-01T10:30", "2026-03-01T09:00:00+02:00", "Asia/Shanghai"), "2026-04-01T10:30:00+02:00");
  assert.equal(writtenMoment("2026-04-01T10:30", "", "Asia/Shanghai"), "2026-04-01T10:30:00@Asia/Shanghai");
  assert.equal(writtenMoment("2026-04-01T10:30", "", "UTC"), "2026-04-01T10:30:00Z");
  assert.equal(writtenMoment("", "2026-03-01T09:00:00Z", "UTC"), "");
});

test("fields are ticked one by one or as a stretch, columns not at all, and stand where they stand now", () => {
  const body = form();
  const one = withPick(body, new Set(), "f_05");
  assert.deepEqual([...one], ["f_05"]);
  assert.deepEqual([...withPick(body, one, "f_05")], []);
  assert.deepEqual([...withPick(body, one, "f_01", "f_05")].sort(), ["f_01", "f_02", "f_05"]);
  assert.deepEqual([...withPick(body, one, "f_06", "gone")].sort(), ["f_05", "f_06"]);
  assert.deepEqual(pickedPlaces(body, new Set(["f_06", "f_01", "f_03", "gone"])), [[0, 0], [1, 0]]);
  assert.deepEqual(pickedPlaces(body, null), []);
});

test("a set goes behind what is chosen, and what is ticked is kept before what is chosen", () => {
  const body = form();
  const [section, field, column] = [{ kind: "section", index: 1 }, { kind: "field", at: [0, 0] }, { kind: "field", at: [0, 1, 1] }];
  assert.deepEqual([section, field, column].map((each) => behindChosen(each, body, true)), [[2], [1], [1]]);
  assert.deepEqual([section, field, column].map((each) => behindChosen(each, body, false)), [[1, 1], [0, 1], [0, 2]]);
  assert.deepEqual([section, column].map((each) => placesToKeep(each, body, new Set(["gone"]))), [[[1]], [[0, 1]]]);
  assert.deepEqual(placesToKeep(section, body, new Set(["f_06", "f_05"])), [[0, 2], [1, 0]]);
});
