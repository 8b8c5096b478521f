// Labels in two languages, as definitions hold them, and keys suggested from them.

/** Words by language; Chinese is required, English falls back to it. */
export interface Labels {
  readonly "zh-CN"?: string;
  readonly en?: string;
}

/** In the reader's language, else in the one there is. */
export function say(label: Labels | undefined, language: string): string {
  const wanted = language === "en" ? label?.en : label?.["zh-CN"];
  return wanted || label?.["zh-CN"] || label?.en || "";
}

/** The labels with one language changed; an emptied English one goes, since an empty text is no label. */
export function relabelled(label: Labels | undefined, language: "zh-CN" | "en", words: string): Labels {
  if (language === "zh-CN") return { ...label, "zh-CN": words };
  const { en: _, ...rest } = label ?? {};
  return words === "" ? rest : { ...rest, en: words };
}

/**
 * A note with its text in the reader's language; an emptied one goes. Written in English first, it stands in both
 * languages until somebody says it in Chinese, since a note without Chinese is none.
 */
export function noted(note: Labels | undefined, language: string, words: string): Labels | undefined {
  if (language !== "en") return words === "" ? undefined : { ...note, "zh-CN": words };
  const own = note?.["zh-CN"] !== undefined && note["zh-CN"] !== note.en ? note["zh-CN"] : undefined;
  if (words === "") return own === undefined ? undefined : { "zh-CN": own };
  return { "zh-CN": own ?? words, en: words };
}

const LONGEST = 50;

/**
 * A key for something so called: words of letters and digits joined by `_`, English ones in lower case, Chinese as they
 * are, since formulas read best that way; a number behind it where the key is taken.
 */
export function keyFor(label: string, taken: ReadonlySet<string>, fallback: string): string {
  const found = label.normalize("NFKC").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let key = [...found.join("_").toLowerCase()].slice(0, LONGEST).join("");
  if (key === "") key = fallback;
  if (/^\p{N}/u.test(key)) key = `${fallback}_${key}`;
  if (!taken.has(key)) return key;
  let count = 2;
  while (taken.has(`${key}_${count}`)) count += 1;
  return `${key}_${count}`;
}
