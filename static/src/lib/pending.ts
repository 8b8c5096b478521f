// Acts that wait a moment before they are sent, so that they can be undone; on leaving the page they go at once.

export interface Timers {
  set(run: () => void, after: number): number;
  clear(handle: number): void;
}

interface Waiting<T> {
  readonly act: T;
  readonly handle: number;
}

/** Each act is sent exactly once or taken back, never both, whatever order clock, undo and leaving come in. */
export class Pending<T> {
  private readonly waiting = new Map<string, Waiting<T>>();

  constructor(
    private readonly send: (id: string, act: T, leaving: boolean) => void,
    private readonly timers: Timers,
    private readonly delay = 5000,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  has(id: string): boolean {
    return this.waiting.has(id);
  }

  /** The act added last that still waits, for "undo" without naming one. */
  get latest(): string | null {
    return [...this.waiting.keys()].at(-1) ?? null;
  }

  /** False when an act for the same id already waits: a double click acts once. */
  add(id: string, act: T): boolean {
    if (this.waiting.has(id)) return false;
    const handle = this.timers.set(() => this.release(id, false), this.delay);
    this.waiting.set(id, { act, handle });
    return true;
  }

  /** The act taken back, or null when it was already sent. */
  undo(id: string): T | null {
    const entry = this.waiting.get(id);
    if (!entry) return null;
    this.timers.clear(entry.handle);
    this.waiting.delete(id);
    return entry.act;
  }

  /** Sends everything that waits, in the order it was added. */
  flush(leaving: boolean): void {
    for (const id of [...this.waiting.keys()]) this.release(id, leaving);
  }

  private release(id: string, leaving: boolean): void {
    const act = this.undo(id);
    if (act !== null) this.send(id, act, leaving);
  }
}
