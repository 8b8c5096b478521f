// Cells as people type and read them: texts without quotation marks, yes and no, dates; exactly the same cell either way.

import { compare, readDecimal, shifted, trimmed } from "../designer/decimals";
import type { Labels } from "../designer/labels";
import type { Column } from "./model";

/** One value a column knows by name: how it is written in a formula, and as what it is shown. */
interface Known {
  readonly literal: string;
  readonly shown: string;
}

/**
 * What the cells of a column mean. `words` leads from what may be typed to the one value it can stand for; a word that
 * could mean two is not in it. `names` are those formulas may use: a word that is one is never taken for a text.
 */
export interface Vocabulary {
  readonly kind: string;
  readonly unit: string | null;
  readonly dialect: "feel" | "excel";
  readonly words: ReadonlyMap<string, string>;
  readonly known: readonly Known[];
  readonly names: ReadonlySet<string>;
  /** Between the values of a list, where it is shown. */
  readonly between: string;
}

export interface Told {
  readonly kind: string;
  readonly unit: string | null;
  readonly names: ReadonlySet<string>;
  readonly language: string;
  readonly yes: string;
  readonly no: string;
}

const RESERVED = new Set(["-", "null", "true", "false", "not", "and", "or", "in", "between", "if", "then", "else", "for", "return", "some", "every", "satisfies", "instance", "of", "function"]);
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N}_]*$/u;
const APART = /[,\uff0c\u3001]/;
const LITERAL = /^"(?:[^"\\]|\\.)*"$/s;
const DATE = /(?<![\d"-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d"-])/g;

/** A text as a formula writes it. */
export function quoted(text: string, dialect: "feel" | "excel" = "feel"): string {
  return dialect === "excel" ? `"${text.replaceAll('"', '""')}"` : JSON.stringify(text);
}

/** The text of a literal; null for anything else. */
export function textOf(literal: string, dialect: "feel" | "excel" = "feel"): string | null {
  const trimmed = literal.trim();
  if (dialect === "excel") return /^"(?:[^"]|"")*"$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"') : null;
  if (!LITERAL.test(trimmed)) return null;
  try {
    return JSON.parse(trimmed.replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r")) as string;
  } catch {
    return null; // an escape only the language itself knows
  }
}

/** Words that can stand bare in a list of values and mean nothing else there. */
function bare(word: string, names: ReadonlySet<string>): boolean {
  return word !== "" && word === word.trim() && !/[",\uff0c\u3001()\uff08\uff09<>=\n\t]/.test(word) && !RESERVED.has(word) && !names.has(word);
}

export function vocabularyOf(column: Column, told: Told): Vocabulary {
  const dialect = column.dialect ?? "feel";
  const allowed = (column.allowed ?? []).map((each) => textOf(each)).filter((each): each is string => each !== null);
  const values = [...new Set([...allowed, ...Object.keys(column.labels ?? {})])];
  const claims = new Map<string, Set<string>>();
  const claim = (word: string | undefined, literal: string): void => {
    if (word !== undefined && bare(word, told.names)) claims.set(word, (claims.get(word) ?? new Set()).add(literal));
  };
  const items: { literal: string; own: string; label: Labels | undefined }[] =
    told.kind === "boolean"
      ? [{ literal: "true", own: told.yes, label: undefined }, { literal: "false", own: told.no, label: undefined }]
      : told.kind === "string" || told.kind === "any"
        ? values.map((text) => ({ literal: quoted(text, dialect), own: text, label: column.labels?.[text] }))
        : [];
  const own = new Set(items.map((each) => each.own));
  for (const { literal, own: word, label } of items) {
    claim(word, literal);
    for (const name of [label?.["zh-CN"], label?.en]) if (name !== undefined && !own.has(name)) claim(name, literal);
  }
  const words = new Map<string, string>();
  for (const [word, literals] of claims) {
    const [only] = literals;
    if (literals.size === 1 && only !== undefined) words.set(word, only);
  }
  const known = items.map(({ literal, own: word, label }): Known => {
    const said = told.language === "en" ? (label?.en ?? label?.["zh-CN"]) : label?.["zh-CN"];
    const shown = [said, word].find((each) => each !== undefined && words.get(each) === literal);
    return { literal, shown: shown ?? literal };
  });
  return { kind: told.kind, unit: told.unit, dialect, words, known, names: told.names, between: told.language === "en" ? ", " : "\u3001" };
}

/** What can be offered while somebody types. */
export function offers(vocabulary: Vocabulary): readonly string[] {
  return vocabulary.known.map((each) => each.shown);
}

/** A bare word as the value it stands for; null where it is none. */
function valued(word: string, { words, kind, names, dialect }: Vocabulary): string | null {
  const found = words.get(word);
  if (found !== undefined) return found;
  return kind === "string" && PLAIN.test(word) && bare(word, names) ? quoted(word, dialect) : null;
}

/** The parts of a list, where no quotation mark or bracket holds a comma; null where marks do not close. */
function split(text: string): readonly string[] | null {
  const found: string[] = [""];
  let marked = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (marked && sign === "\\") {
      found[found.length - 1] += sign + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (sign === '"') marked = !marked;
    if (!marked && APART.test(sign)) found.push("");
    else found[found.length - 1] += sign;
  }
  return marked ? null : found.map((each) => each.trim());
}

function values(text: string, vocabulary: Vocabulary): string | null {
  const listed = split(text);
  if (!listed || listed.some((each) => each === "")) return null;
  const found = listed.map((each) => (textOf(each, vocabulary.dialect) === null ? valued(each, vocabulary) : each));
  return found.includes(null) ? null : found.join(", ");
}

/** Signs that input methods and spreadsheets write, as the language writes them; never inside quotation marks. */
function plainSigns(text: string, { kind, unit }: Vocabulary): string {
  if (text.includes('"') || !["number", "date", "date and time", "boolean"].includes(kind)) return text;
  let made = text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replaceAll("\u2265", ">=").replaceAll("\u2264", "<=").replaceAll("\u2212", "-").replaceAll("\u3001", ", ");
  // The language has no % sign. Of percentage points 30% is 30, of a ratio, or where no unit is said, 0.3 as in a spreadsheet.
  if (kind === "number" && (unit === null || unit === "" || unit === "percent" || unit === "ratio")) {
    made = made.replace(/(\d+(?:\.\d+)?)\s*%/g, (_, figure: string) => (unit === "percent" ? figure : trimmed(shifted(figure, -2))));
  }
  if (kind === "date") made = made.replace(DATE, (_, year: string, __, month: string, day: string) => `date("${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}")`);
  return made;
}

/** The cell of a condition somebody typed, as it is stored. What is not known for certain is kept as it was typed. */
export function typedTest(typed: string, vocabulary: Vocabulary): string {
  const text = typed.trim();
  if (text === "" || text === "-" || text === "\uff0d") return "-";
  const inner = /^not\s*[(\uff08](.*)[)\uff09]$/is.exec(text)?.[1];
  const found = values(inner ?? text, vocabulary);
  if (found !== null) return inner === undefined ? found : `not(${found})`;
  return plainSigns(text, vocabulary);
}

/** A stored condition as it is shown and typed. */
export function shownTest(stored: string, vocabulary: Vocabulary): string {
  const text = stored.trim();
  if (text === "" || text === "-") return "-";
  const inner = /^not\s*\((.*)\)$/is.exec(text)?.[1];
  const listed = split(inner ?? text);
  const told = listed?.map((each) => shownValue(each, vocabulary));
  if (!listed || !told) return stored;
  const made = told.join(vocabulary.between);
  const shown = inner === undefined ? made : `not(${made})`;
  const same = inner === undefined ? listed.join(", ") : `not(${listed.join(", ")})`;
  return typedTest(shown, vocabulary) === same ? shown : stored;
}

function shownValue(literal: string, vocabulary: Vocabulary): string {
  const known = vocabulary.known.find((each) => each.literal === literal);
  if (known) return known.shown;
  const day = vocabulary.kind === "date" ? /^date\("(\d{4}-\d{2}-\d{2})"\)$/.exec(literal)?.[1] : undefined;
  if (day !== undefined) return day;
  const text = textOf(literal, vocabulary.dialect);
  return text !== null && valued(text, vocabulary) === literal ? text : literal;
}

/** What a row gives, as it is stored: a value by its word, or a formula as it was typed. */
export function typedEntry(typed: string, vocabulary: Vocabulary): string {
  const text = typed.trim();
  if (text === "") return "";
  const found = textOf(text, vocabulary.dialect) === null ? valued(text, vocabulary) : null;
  if (found !== null) return found;
  const figure = vocabulary.kind === "number" ? readDecimal(text) : null;
  return figure ?? plainSigns(text, vocabulary);
}

export function shownEntry(stored: string, vocabulary: Vocabulary): string {
  const shown = shownValue(stored.trim(), vocabulary);
  return typedEntry(shown, vocabulary) === stored.trim() ? shown : stored;
}

/** What people who know spreadsheets take for something else; the key of a sentence, null where nothing is odd. */
export function misread(typed: string, vocabulary: Vocabulary): "minus" | "grouped" | null {
  if (vocabulary.kind !== "number") return null;
  const text = typed.trim();
  if (/^\d+(\.\d+)?\s*[-\u2013\u2014~\uff5e]\s*\d+(\.\d+)?$/.test(text)) return "minus";
  return /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? "grouped" : null;
}

/** Tests of ranges between cut points, from what was pasted: 0, 30, 50 make [0..30), [30..50) and >= 50. Null where none can be read. */
export function ladder(typed: string, below: boolean, upper: boolean): readonly string[] | null {
  const figures = typed.split(/[\s,\uff0c\u3001;\uff1b]+/).filter((each) => each !== "").map(readDecimal);
  if (figures.length === 0 || figures.includes(null)) return null;
  const cuts = [...new Set(figures as string[])].sort(compare);
  const first = cuts[0] ?? "0";
  const last = cuts.at(-1) ?? "0";
  const middle = cuts.slice(1).map((cut, at) => (upper ? `(${cuts[at] ?? ""}..${cut}]` : `[${cuts[at] ?? ""}..${cut})`));
  return [...(below ? [`${upper ? "<=" : "<"} ${first}`] : []), ...middle, `${upper ? ">" : ">="} ${last}`];
}
