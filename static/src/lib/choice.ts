// Choosing rows of a list: the next one, and ranges.

/** Index after moving by `step` among `count` rows, staying inside; -1 when there is none. */
export function move(current: number, step: number, count: number): number {
  if (count === 0) return -1;
  if (current < 0) return step > 0 ? 0 : count - 1;
  return Math.min(count - 1, Math.max(0, current + step));
}

/** The row to choose when the one at `gone` leaves a list of `count`: the one after it, else the one before; -1 if none. */
export function afterLeaving(gone: number, count: number): number {
  if (count <= 1) return -1;
  return gone < count - 1 ? gone + 1 : gone - 1;
}

/** Indices from `anchor` to `to`, both included, whichever is first; only `to` when there is no anchor. */
export function range(anchor: number, to: number): number[] {
  if (to < 0) return [];
  if (anchor < 0) return [to];
  const [low, high] = anchor < to ? [anchor, to] : [to, anchor];
  return Array.from({ length: high - low + 1 }, (_, step) => low + step);
}
