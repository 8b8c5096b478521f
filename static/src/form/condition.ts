// Conditions a person can build without writing a formula, read from and written as the text of one.
//
// What is read is a small part of the language: comparisons of one field with one value, all of them joined by `and` or all
// by `or`. Any other formula is none of ours and gives null: it is shown in the formula editor, and nothing of it is lost.
// Nothing is evaluated here.

export type Value =
  | { readonly kind: "text" | "number" | "date" | "moment"; readonly text: string }
  | { readonly kind: "boolean"; readonly on: boolean };

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in" | "empty" | "filled" | "has" | "has not";

export interface Term {
  /** A field's key, or `lookup.member`. */
  readonly name: string;
  readonly operator: Operator;
  /** None for empty and filled, one for comparisons, one or more for `in`. */
  readonly values: readonly Value[];
}

export interface Condition {
  readonly join: "and" | "or";
  readonly terms: readonly Term[];
}

type Token = { readonly kind: "name" | "number" | "text" | "sign"; readonly text: string };

const SIGNS = /^(?:!=|<=|>=|[=<>(),.])/;
const WORDS = new Set(["and", "or", "in", "not", "null", "true", "false", "if", "then", "else", "for", "some", "every", "return", "satisfies", "between", "function", "instance", "of"]);

/** Tokens of a text, or null where it holds what no condition does. */
function tokens(text: string): readonly Token[] | null {
  const found: Token[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const number = /^-?\d+(?:\.\d+)?(?![\w.])/.exec(rest);
    const name = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(rest);
    const quoted = /^"(?:[^"\\]|\\["\\nrt])*"/.exec(rest);
    const sign = SIGNS.exec(rest);
    const token = number ?? name ?? quoted ?? sign;
    if (!token) return null;
    const kind = number ? "number" : name ? "name" : quoted ? "text" : "sign";
    found.push({ kind, text: token[0] });
    rest = rest.slice(token[0].length).trimStart();
  }
  return found;
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, sign: string) => ESCAPED[sign] ?? sign);
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}"`;
}

/** Reads tokens from left to right; every step is null where the text is no condition. */
class Reader {
  private at = 0;

  constructor(private readonly all: readonly Token[]) {}

  get ended(): boolean {
    return this.at >= this.all.length;
  }

  take(...texts: readonly string[]): boolean {
    const same = texts.every((text, index) => this.all[this.at + index]?.kind !== "text" && this.all[this.at + index]?.text === text);
    if (same) this.at += texts.length;
    return same;
  }

  name(): string | null {
    const first = this.all[this.at];
    if (first?.kind !== "name" || WORDS.has(first.text)) return null;
    this.at += 1;
    let name = first.text;
    while (this.take(".")) {
      const next = this.all[this.at];
      if (next?.kind !== "name") return null;
      this.at += 1;
      name += `.${next.text}`;
    }
    return name;
  }

  value(): Value | null {
    const token = this.all[this.at];
    const kind = this.take("date", "(") ? "date" : this.take("date", "and", "time", "(") ? "moment" : null;
    if (kind) {
      const day = this.all[this.at];
      this.at += 1;
      return day?.kind === "text" && this.take(")") ? { kind, text: unquoted(day.text) } : null;
    }
    this.at += 1;
    if (token?.kind === "text") return { kind: "text", text: unquoted(token.text) };
    if (token?.kind === "number") return { kind: "number", text: token.text };
    if (token?.text === "true" || token?.text === "false") return { kind: "boolean", on: token.text === "true" };
    return null;
  }

  listed(): readonly Value[] | null {
    if (!this.take("(")) return null;
    const found: Value[] = [];
    do {
      const value = this.value();
      if (!value) return null;
      found.push(value);
    } while (this.take(","));
    return this.take(")") ? found : null;
  }

  term(): Term | null {
    if (this.take("list", "contains", "(")) return this.has("has");
    if (this.take("not", "(")) {
      if (this.take("list", "contains", "(")) return this.closed(this.has("has not"));
      const name = this.name();
      const values = name && this.take("in") ? this.listed() : null;
      return name && values ? this.closed({ name, operator: "not in", values }) : null;
    }
    const name = this.name();
    if (name === null) return null;
    if (this.take("in")) {
      const values = this.listed();
      return values ? { name, operator: "in", values } : null;
    }
    for (const operator of ["=", "!=", "<=", ">=", "<", ">"] as const) {
      if (!this.take(operator)) continue;
      if (this.take("null")) return operator === "=" || operator === "!=" ? { name, operator: operator === "=" ? "empty" : "filled", values: [] } : null;
      const value = this.value();
      return value ? { name, operator, values: [value] } : null;
    }
    return null;
  }

  private has(operator: "has" | "has not"): Term | null {
    const name = this.name();
    const value = name !== null && this.take(",") ? this.value() : null;
    return name !== null && value && this.take(")") ? { name, operator, values: [value] } : null;
  }

  private closed(term: Term | null): Term | null {
    return term && this.take(")") ? term : null;
  }
}

/** The condition a formula is, or null for any other formula. */
export function readCondition(text: string): Condition | null {
  const all = tokens(text);
  if (!all || all.length === 0) return null;
  const reader = new Reader(all);
  const terms: Term[] = [];
  let join: Condition["join"] | null = null;
  for (;;) {
    const term = reader.term();
    if (!term) return null;
    terms.push(term);
    if (reader.ended) return { join: join ?? "and", terms };
    const next = reader.take("and") ? "and" : reader.take("or") ? "or" : null;
    if (next === null || (join !== null && next !== join)) return null;
    join = next;
  }
}

export function writeValue(value: Value): string {
  if (value.kind === "boolean") return String(value.on);
  if (value.kind === "number") return value.text.trim() === "" ? "0" : value.text.trim();
  if (value.kind === "moment") return `date and time(${quoted(value.text)})`;
  return value.kind === "date" ? `date(${quoted(value.text)})` : quoted(value.text);
}

function writeTerm({ name, operator, values }: Term): string {
  const first = values[0] ? writeValue(values[0]) : "null";
  const all = `(${values.map(writeValue).join(", ")})`;
  switch (operator) {
    case "empty":
      return `${name} = null`;
    case "filled":
      return `${name} != null`;
    case "in":
      return values.length === 0 ? `${name} = null` : `${name} in ${all}`;
    case "not in":
      return values.length === 0 ? `${name} != null` : `not(${name} in ${all})`;
    case "has":
      return `list contains(${name}, ${first})`;
    case "has not":
      return `not(list contains(${name}, ${first}))`;
    default:
      return `${name} ${operator} ${first}`;
  }
}

/** The formula of a condition: reading it again gives the same condition. */
export function writeCondition(condition: Condition): string {
  return condition.terms.map(writeTerm).join(` ${condition.join} `);
}

/** The operators that make sense for a type of the formula language, the first the usual one. */
export function operatorsFor(feel: string): readonly Operator[] {
  if (feel === "number" || feel === "date" || feel === "date and time") return [">=", ">", "<=", "<", "=", "!=", "filled", "empty"];
  if (feel === "boolean") return ["=", "filled", "empty"];
  if (feel.startsWith("list")) return ["has", "has not", "filled", "empty"];
  if (feel.startsWith("context")) return ["filled", "empty"];
  return ["=", "!=", "in", "not in", "filled", "empty"];
}

/** A value of the kind a type compares with; what is typed for it stays text until the server reads the formula. */
export function valueFor(feel: string, text: string): Value {
  if (feel === "boolean") return { kind: "boolean", on: text !== "false" };
  if (feel === "number") return { kind: "number", text: /^-?\d+(\.\d+)?$/.test(text) ? text : "0" };
  return { kind: feel === "date" ? "date" : feel === "date and time" ? "moment" : "text", text };
}

/** A point in time as a person picks it, `2026-03-01T09:00`; the zone it is written in comes behind it. */
export function pickedMoment(text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(text)?.[0] ?? "";
}

/** What is written for a point in time that was picked: in the zone it had before, else in the one of this place. */
export function writtenMoment(picked: string, before: string, zone: string): string {
  const kept = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|@.+|[+-]\d\d:\d\d)$/.exec(before)?.[1];
  return picked === "" ? "" : `${pickedMoment(picked)}:00${kept ?? (zone === "UTC" || zone === "" ? "Z" : `@${zone}`)}`;
}
