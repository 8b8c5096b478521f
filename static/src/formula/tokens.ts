// Reads a line of a formula piece by piece for its colours: keywords, texts, numbers, marks, functions, names at hand.

export type Dialect = "feel" | "excel";
export type Kind = "keyword" | "function" | "name" | "number" | "string" | "comment" | "mark" | "word";

/** What goes on behind the end of a line: nothing, a text in straight or curly quotes, a comment. */
export type Open = "" | "string" | "curly" | "comment";

export interface Piece {
  readonly end: number;
  /** Null for blanks. */
  readonly kind: Kind | null;
  readonly open: Open;
}

/** Those of rules/feel/tokens.py; a test compares them. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  "if then else for in return some every satisfies and or between instance of function true false null".split(" "),
);
/** Which characters begin a word: START of rules/feel/tokens.py; a test compares them. */
export const START =
  "?_A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c-\\u200d\\u2070-\\u218f\\u2c00-\\u2fef" +
  "\\u3005-\\u3007\\u3021-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufeff\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc" +
  "\\u{10000}-\\u{effff}";

const GO_ON = `${START}0-9\\u00b7\\u0300-\\u036f\\u203f-\\u2040`;
const WORD = new RegExp(`[${START}][${GO_ON}]*`, "uy");
const INSIDE = new RegExp(`[${GO_ON}]`, "u");
const NUMBER = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const BLANK = /[\s\ufeff]+/y;
const NAMED = /`[^`]*`?/y;
const MARK = /\.\.|\*\*|<=|>=|<>|!=|==|->|[\s\S]/uy;
const CALL = /\s*[(\uff08]/y;
/** The rest of a name of several words, up to its bracket: `date and time(`, `string length(`. */
const CALLED = /(?: +[a-z]+)+(?=\s*\()/y;
const LITERAL = /true|false/iy;
const TEXT = { feel: /(?:[^"\\]|\\.)*(?:"|\\?$)/y, excel: /(?:[^"]|"")*(?:"|$)/y } as const;
const CURLY = /[^\u201c\u201d]*(?:[\u201c\u201d]|$)/y;
const COMMENT = /[\s\S]*?(?:\*\/|$)/y;

function matched(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(line) ? pattern.lastIndex : at;
}

/** Names and functions, found fast: names by their first character, the longest first. */
export class Vocabulary {
  private readonly byFirst = new Map<string, string[]>();

  constructor(
    readonly dialect: Dialect,
    names: Iterable<string>,
  ) {
    for (const name of names) {
      const first = name.charAt(0);
      if (first === "") continue;
      const list = this.byFirst.get(first);
      if (list) list.push(name);
      else this.byFirst.set(first, [name]);
    }
    for (const list of this.byFirst.values()) list.sort((a, b) => b.length - a.length);
  }

  /** Where the longest name that stands here ends; `at` where none does. */
  nameAt(line: string, at: number): number {
    for (const name of this.byFirst.get(line.charAt(at)) ?? []) {
      const end = at + name.length;
      if (!line.startsWith(name, at)) continue;
      const next = String.fromCodePoint(line.codePointAt(end) ?? 32);
      if (!(INSIDE.test(name.slice(-1)) && INSIDE.test(next))) return end;
    }
    return at;
  }
}

/** The piece that stands at `at`, which is before the end of the line; `open` is how the piece before it ended. */
export function pieceAt(line: string, at: number, open: Open, known: Vocabulary): Piece {
  if (open === "comment") return { end: matched(COMMENT, line, at), kind: "comment", open: closes(line, at, "*/") ? "" : "comment" };
  if (open !== "") return text(line, at, open, known.dialect);
  const blank = matched(BLANK, line, at);
  if (blank > at) return { end: blank, kind: null, open: "" };
  const first = line.charAt(at);
  if (first === '"') return text(line, at + 1, "string", known.dialect);
  if (known.dialect === "excel" && (first === "\u201c" || first === "\u201d")) return text(line, at + 1, "curly", known.dialect);
  if (known.dialect === "feel" && line.startsWith("//", at)) return { end: line.length, kind: "comment", open: "" };
  if (known.dialect === "feel" && line.startsWith("/*", at)) return pieceFrom(line, at + 2);
  const number = matched(NUMBER, line, at);
  if (number > at) return { end: number, kind: "number", open: "" };
  if (first === "`") return { end: matched(NAMED, line, at), kind: "name", open: "" };
  return word(line, at, known) ?? { end: matched(MARK, line, at), kind: "mark", open: "" };
}

function pieceFrom(line: string, at: number): Piece {
  return { end: matched(COMMENT, line, at), kind: "comment", open: closes(line, at, "*/") ? "" : "comment" };
}

function closes(line: string, at: number, mark: string): boolean {
  return line.indexOf(mark, at) >= 0;
}

/** A text up to its closing quote, which may stand on another line. */
function text(line: string, at: number, open: "string" | "curly", dialect: Dialect): Piece {
  const pattern = open === "curly" ? CURLY : TEXT[dialect];
  const end = Math.max(matched(pattern, line, at), Math.min(at, line.length));
  const last = line.charAt(end - 1);
  const closed = end > at && (open === "curly" ? last === "\u201c" || last === "\u201d" : last === '"' && !escaped(line, at, end - 1, dialect));
  return { end, kind: "string", open: closed ? "" : open };
}

function escaped(line: string, from: number, at: number, dialect: Dialect): boolean {
  let before = at;
  if (dialect === "feel") {
    while (before > from && line.charAt(before - 1) === "\\") before -= 1;
    return (at - before) % 2 === 1;
  }
  while (before > from && line.charAt(before - 1) === '"') before -= 1;
  return (at - before) % 2 === 1;
}

function word(line: string, at: number, known: Vocabulary): Piece | null {
  const end = matched(WORD, line, at);
  const name = known.nameAt(line, at);
  if (name > at && name >= end) return { end: name, kind: matched(CALL, line, name) > name ? "function" : "name", open: "" };
  if (end === at) return null;
  const written = line.slice(at, end);
  const keyword = known.dialect === "feel" ? KEYWORDS.has(written) : matched(LITERAL, written, 0) === written.length;
  if (keyword) return { end, kind: "keyword", open: "" };
  if (matched(CALL, line, end) > end) return { end, kind: "function", open: "" };
  const longer = known.dialect === "feel" && FIRSTS.has(written) ? matched(CALLED, line, end) : end;
  return { end: longer, kind: longer > end ? "function" : "word", open: "" };
}

/** First words of functions of several words. */
const FIRSTS: ReadonlySet<string> = new Set(
  (
    "get context years date day month week last blank without excel list insert index distinct duplicate is round met overlaps " +
    "finished started string upper lower substring starts ends"
  ).split(" "),
);
