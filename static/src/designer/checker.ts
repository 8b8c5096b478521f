// Asks the server about a document a moment after the last change; an answer about an older one is dropped.

import type { Timers } from "../lib/pending";

export interface Asking<D, A> {
  readonly timers: Timers;
  readonly ask: (document: D, stop: AbortSignal) => Promise<A | null>;
  readonly answered: (answer: A, document: D) => void;
  readonly delay?: number;
}

export class Checker<D, A> {
  private turn = 0;
  private handle: number | null = null;
  private running: AbortController | null = null;

  constructor(private readonly setup: Asking<D, A>) {}

  /** The document as it is now; asked about once it has been left alone for a moment. */
  changed(document: D): void {
    this.turn += 1;
    const turn = this.turn;
    this.running?.abort();
    if (this.handle !== null) this.setup.timers.clear(this.handle);
    this.handle = this.setup.timers.set(() => {
      this.handle = null;
      void this.run(document, turn);
    }, this.setup.delay ?? 350);
  }

  private async run(document: D, turn: number): Promise<void> {
    const stop = new AbortController();
    this.running = stop;
    const answer = await this.setup.ask(document, stop.signal);
    if (turn !== this.turn) return;
    this.running = null;
    if (answer !== null) this.setup.answered(answer, document);
  }
}
