// Decimal text as definitions hold it, and as people type and read it: exact, never by way of a number of JavaScript.

const PLAIN = /^(-?)(\d{1,20})(?:\.(\d{1,12}))?$/;
const TYPED = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

interface Scaled {
  readonly digits: bigint;
  /** Places behind the point. */
  readonly scale: number;
}

/** Full-width digits and signs, which input methods write, as plain ones; blanks at the ends go. */
function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replaceAll("\u2212", "-")
    .replaceAll("\u3002", ".")
    .replace(/[\s\u00a0\u3000]+/g, " ")
    .trim();
}

/** True for decimal text as the server takes it: at most 20 digits before the point and 12 behind. */
export function isDecimal(text: string): boolean {
  return PLAIN.test(text);
}

/** Decimal text from what was typed: 1,234.50, .5, +3, １２; null where that is no number. */
export function readDecimal(typed: string): string | null {
  let text = halfWidth(typed);
  if (GROUPED.test(text)) text = text.replaceAll(",", "");
  const match = TYPED.exec(text);
  if (!match || (!match[2] && !match[3])) return null;
  const whole = (match[2] ?? "").replace(/^0+(?=\d)/, "") || "0";
  const rest = match[3] ? `.${match[3]}` : "";
  const plain = (match[1] === "-" ? "-" : "") + whole + rest;
  return isDecimal(plain) ? plain : null;
}

/** Moves the point `places` to the right (left when negative), keeping every digit: 0.40 by 2 is 40. */
export function shifted(text: string, places: number): string {
  const match = PLAIN.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "", rest = ""] = match;
  const digits = whole + rest;
  const point = whole.length + places;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(1, point);
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const behind = padded.slice(at);
  return sign + before + (behind ? `.${behind}` : "");
}

/** Without zeros that say nothing: 40.00 is 40, -0 is 0. */
export function trimmed(text: string): string {
  if (!isDecimal(text)) return text;
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}

/** 0.40 as 40; what is no decimal stays as it is. */
export function toPercent(text: string): string {
  return isDecimal(text) ? trimmed(shifted(text, 2)) : text;
}

/**
 * What was typed as a figure. With `percent`, a bare 40 means 40 %, as in a cell of Excel so formatted; a typed % sign
 * always does. What is no number comes back as typed, so that nothing is lost and the server says what is wrong.
 */
export function readFigure(typed: string, percent: boolean): string {
  const text = halfWidth(typed);
  const signed = text.endsWith("%");
  const found = readDecimal(signed ? text.slice(0, -1).trimEnd() : text);
  if (found === null) return typed.trim();
  return signed || percent ? shifted(found, -2) : found;
}

/** A stored figure as a reader sees it: 40% or 0.4. */
export function showFigure(text: string, percent: boolean): string {
  if (!isDecimal(text)) return text;
  return percent ? `${toPercent(text)}%` : text;
}

function scaled(text: string): Scaled {
  const match = PLAIN.exec(text);
  if (!match) return { digits: 0n, scale: 0 };
  const [, sign = "", whole = "", rest = ""] = match;
  return { digits: BigInt(`${sign}${whole}${rest}`), scale: rest.length };
}

function plain({ digits, scale }: Scaled): string {
  const negative = digits < 0n;
  const text = (negative ? -digits : digits).toString().padStart(scale + 1, "0");
  const at = text.length - scale;
  return trimmed((negative ? "-" : "") + text.slice(0, at) + (scale > 0 ? `.${text.slice(at)}` : ""));
}

function level(one: Scaled, other: Scaled): [bigint, bigint, number] {
  const scale = Math.max(one.scale, other.scale);
  return [one.digits * 10n ** BigInt(scale - one.scale), other.digits * 10n ** BigInt(scale - other.scale), scale];
}

/** The sum of decimal texts; what is no decimal counts as nothing. */
export function sum(texts: readonly string[]): string {
  const total = texts.map(scaled).reduce(
    (left, right) => {
      const [a, b, scale] = level(left, right);
      return { digits: a + b, scale };
    },
    { digits: 0n, scale: 0 },
  );
  return plain(total);
}

/** `one` less `other`. */
export function difference(one: string, other: string): string {
  const [a, b, scale] = level(scaled(one), scaled(other));
  return plain({ digits: a - b, scale });
}

export function product(one: string, other: string): string {
  const [a, b] = [scaled(one), scaled(other)];
  return plain({ digits: a.digits * b.digits, scale: a.scale + b.scale });
}

/** Negative, zero or positive, as `one` is less than, equal to or more than `other`. */
export function compare(one: string, other: string): number {
  const [a, b] = level(scaled(one), scaled(other));
  return a < b ? -1 : a > b ? 1 : 0;
}
