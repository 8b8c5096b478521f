// Texts of the browser in the reader's language, from the JSON named by <link id="texts">.

import { fill, type Params } from "./format";

let texts: Readonly<Record<string, string>> = {};

/** Loads the texts once; a page whose texts cannot be had still works and shows keys. */
export async function loadTexts(): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>("link#texts");
  if (!link) return;
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    if (answer.ok) texts = (await answer.json()) as Record<string, string>;
  } catch {
    texts = {};
  }
}

export function text(key: string, params?: Params): string {
  return fill(texts[key] ?? key, params);
}
