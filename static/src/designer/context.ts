// What every part of a designer reaches without being handed it: the draft, the icons, the line read out to listeners.

import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Draft } from "./draft";

export interface Bench<B> {
  readonly draft: Draft<B>;
  /** Address of the icon sprite. */
  readonly icons: string;
  /** Shows the place of a problem or of an undone change: chooses its part of the page, then focuses it. */
  readonly show: (place: string) => void;
  /** What both tabs changed, in words: a path as `merge` writes it, where items of lists stand under their keys. */
  readonly nameOfChange: (path: readonly string[]) => string;
}

// One context serves every island, each with a body of its own kind.
const BENCH = createContext<Bench<any> | null>(null);

export const BenchProvider = BENCH.Provider;

export function useBench<B = unknown>(): Bench<B> {
  const bench = useContext(BENCH);
  if (!bench) throw new Error("a designer's part stands outside its BenchProvider");
  return bench as Bench<B>;
}

/** The last thing told to listeners: pasted, filled, removed. Shown by nobody, read out by the live region of the head. */
export const told = signal("");

export function tell(words: string): void {
  told.value = told.peek() === words ? `${words}\u00a0` : words;
}

/** Undo and redo change texts under the fingers: fields that hold what is being typed let it go. */
export const MOVED = "designer:moved";
