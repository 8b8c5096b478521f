// Asks the server about a formula: the same question once, however many parts of the editor have it.

import type { Answer } from "./answer";
import type { Dialect } from "./tokens";

export interface Asked {
  readonly text: string;
  /** Where the cursor stands, or what is pointed at, in UTF-16 units. */
  readonly at: number;
}

/** Null where no answer is to be had. */
export type Send = (asked: Asked) => Promise<Answer | null>;

const KEPT = 8;

export class Questions {
  private readonly kept = new Map<string, Promise<Answer | null>>();

  constructor(private readonly send: Send) {}

  ask(asked: Asked, dialect: Dialect): Promise<Answer | null> {
    const key = `${dialect} ${asked.at} ${asked.text}`;
    const known = this.kept.get(key);
    if (known) return known;
    const asking = this.send(asked);
    this.kept.set(key, asking);
    void asking.then((answer) => {
      if (answer === null) this.kept.delete(key);
    });
    for (const old of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(old);
    return asking;
  }

  /** Answers go with the names that were at hand. */
  forget(): void {
    this.kept.clear();
  }
}
