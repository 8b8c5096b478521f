// How much room words take in a chart, and where they break when there is less. Pure: an estimate, no canvas asked.

/** The place a chart is drawn in, in px. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const MARK = 18; // the sample beside a legend's words
const AFTER_MARK = 5;

/** Width of words in px: ideographs take a whole em, other letters somewhat more than half of one. */
export function widthOf(words: string, size: number): number {
  let em = 0;
  for (const letter of words) em += WIDE.test(letter) ? 1 : 0.58;
  return em * size;
}

/** What stays whole: an ideograph, a word, the space between two. */
function pieces(words: string): string[] {
  const found: string[] = [];
  for (const letter of words) {
    const last = found.at(-1);
    const joins = last !== undefined && !/\s/.test(letter) && !/\s$/.test(last) && !WIDE.test(letter) && !WIDE.test(last);
    if (joins) found[found.length - 1] = last + letter;
    else found.push(letter);
  }
  return found;
}

/**
 * Words with breaks so that no line is wider than `most` px, unless a single word is; ideographs break anywhere.
 * The lines are about as long as each other, so that no last letter stands alone.
 */
export function broken(words: string, most: number, size: number): string {
  let best = filled(words, most, size);
  for (let width = most - size / 4; width > 0; width -= size / 4) {
    const tighter = filled(words, width, size);
    if (tighter.length > best.length || tighter.some((line) => widthOf(line, size) > most)) break;
    best = tighter;
  }
  return best.join("\n");
}

/** Each line as full as it can be. */
function filled(words: string, most: number, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(words)) {
    if (line === "" || widthOf((line + piece).trimEnd(), size) <= most) line = (line + piece).trimStart();
    else {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    }
  }
  return [...lines, line.trimEnd()].filter((each) => each !== "");
}

/** The widest piece of any of these names that cannot be broken, in px. */
export function widestPiece(names: readonly string[], size: number): number {
  return Math.max(0, ...names.flatMap(pieces).map((piece) => widthOf(piece.trim(), size)));
}

/** Lines a legend needs in a chart of this width. */
export function legendLines(names: readonly string[], width: number, gap: number, size: number): number {
  let lines = 1;
  let used = 0;
  for (const name of names) {
    const item = MARK + AFTER_MARK + widthOf(name, size);
    if (used > 0 && used + gap + item > width) {
      lines += 1;
      used = item;
    } else used += (used > 0 ? gap : 0) + item;
  }
  return lines;
}
