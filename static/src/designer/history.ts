// Undo and redo over immutable values: what was, what is, what was taken back.

/** A value left behind, and the place at which it was then changed. */
interface Step<T> {
  readonly value: T;
  readonly at: string;
}

export interface History<T> {
  readonly past: readonly Step<T>[];
  readonly now: T;
  readonly future: readonly Step<T>[];
  /** The group of the last change and when it was made, so that typing a word is one step. */
  readonly group: string | null;
  readonly time: number;
}

export const PAUSE = 1500;
const LIMIT = 300;

export function started<T>(value: T): History<T> {
  return { past: [], now: value, future: [], group: null, time: 0 };
}

/** The history after a change at `at`. Changes of one `group` less than PAUSE ms apart are one step; null never is. */
export function changed<T>(history: History<T>, value: T, at: string, group: string | null, time: number): History<T> {
  if (Object.is(value, history.now)) return history;
  const joins = group !== null && group === history.group && time - history.time < PAUSE && history.past.length > 0;
  const past = joins ? history.past : [...history.past, { value: history.now, at }].slice(-LIMIT);
  return { past, now: value, future: [], group, time };
}

/** What follows begins a step of its own, however soon it comes. */
export function paused<T>(history: History<T>): History<T> {
  return history.group === null ? history : { ...history, group: null };
}

/** One step back and the place it was made at; null where there is none. */
export function undone<T>(history: History<T>): { history: History<T>; at: string } | null {
  const last = history.past.at(-1);
  if (!last) return null;
  const future = [{ value: history.now, at: last.at }, ...history.future];
  return { history: { past: history.past.slice(0, -1), now: last.value, future, group: null, time: 0 }, at: last.at };
}

/** One step forward again; null where nothing was taken back. */
export function redone<T>(history: History<T>): { history: History<T>; at: string } | null {
  const [next, ...future] = history.future;
  if (!next) return null;
  const past = [...history.past, { value: history.now, at: next.at }];
  return { history: { past, now: next.value, future, group: null, time: 0 }, at: next.at };
}
