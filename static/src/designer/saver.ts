// Keeps a draft: a few seconds after the first change, one save at a time, and never over somebody else's work.

import type { Timers } from "../lib/pending";
import type { Kept, Theirs } from "./server";

export type Standing<B> =
  | { readonly kind: "saved"; readonly at: string }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  /** Could not be sent; is tried again. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "signed_out" }
  | { readonly kind: "changed"; readonly theirs: Theirs<B> }
  | { readonly kind: "closed"; readonly message: string };

export interface Keeping<D, B> {
  readonly timers: Timers;
  readonly send: (document: D, rowVersion: number) => Promise<Kept<B>>;
  readonly document: () => D;
  readonly stands: (standing: Standing<B>) => void;
  /** What the server says of the document it kept. */
  readonly kept: (answer: Kept<B> & { kind: "saved" }, document: D) => void;
  readonly rowVersion: number;
  readonly saved: string;
}

export const EVERY = 5000;
export const AGAIN = 15000;

export class Saver<D, B> {
  private kept: D;
  private rowVersion: number;
  private handle: number | null = null;
  private running: Promise<void> | null = null;
  private standing: Standing<B>;
  private lastAt: string;

  constructor(private readonly setup: Keeping<D, B>) {
    this.kept = setup.document();
    this.rowVersion = setup.rowVersion;
    this.lastAt = setup.saved;
    this.standing = { kind: "saved", at: setup.saved };
  }

  /** The document as the server has it, to which mine and theirs are compared. */
  get base(): D {
    return this.kept;
  }

  get unsaved(): boolean {
    return !Object.is(this.setup.document(), this.kept);
  }

  get version(): number {
    return this.rowVersion;
  }

  /** After every change, undo and redo. */
  changed(): void {
    if (this.standing.kind === "changed" || this.standing.kind === "closed" || this.running) return;
    if (!this.unsaved) {
      this.stop();
      if (this.standing.kind === "waiting") this.stand({ kind: "saved", at: this.lastAt });
      return;
    }
    if (this.handle !== null) return;
    if (this.standing.kind !== "failed" && this.standing.kind !== "signed_out") this.stand({ kind: "waiting" });
    this.handle = this.setup.timers.set(() => void this.save(), EVERY);
  }

  /** Now, as Ctrl+S asks; the promise ends when nothing is on its way. */
  async save(): Promise<void> {
    if (this.running) await this.running;
    if (!this.unsaved || this.standing.kind === "changed" || this.standing.kind === "closed") return;
    this.stop();
    this.running = this.send();
    await this.running;
  }

  /** After a conflict: what I have now is to be kept over version `rowVersion`, which began as `base`. */
  settled(base: D, rowVersion: number): void {
    this.kept = base;
    this.rowVersion = rowVersion;
    this.stand({ kind: "waiting" });
    void this.save().then(() => this.changed());
  }

  private async send(): Promise<void> {
    const document = this.setup.document();
    this.stand({ kind: "saving" });
    const answer = await this.setup.send(document, this.rowVersion);
    this.running = null;
    if (answer.kind === "saved") {
      this.kept = document;
      this.rowVersion = answer.row_version;
      this.lastAt = answer.saved;
      this.stand({ kind: "saved", at: answer.saved });
      this.setup.kept(answer, document);
      this.changed();
    } else if (answer.kind === "changed") this.stand({ kind: "changed", theirs: answer.theirs });
    else if (answer.kind === "closed") this.stand({ kind: "closed", message: answer.message });
    else {
      if (answer.kind === "signed_out") this.stand({ kind: "signed_out" });
      else this.stand({ kind: "failed", message: answer.kind === "refused" ? answer.message : "" });
      this.handle = this.setup.timers.set(() => void this.save(), AGAIN);
    }
  }

  private stop(): void {
    if (this.handle !== null) this.setup.timers.clear(this.handle);
    this.handle = null;
  }

  private stand(standing: Standing<B>): void {
    this.standing = standing;
    this.setup.stands(standing);
  }
}
