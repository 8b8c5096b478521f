// The document a designer is about, as signals: its history, its problems, how it stands with the server.

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { Checker } from "./checker";
import { MOVED } from "./context";
import { changed, paused, redone, started, undone, type History } from "./history";
import { say, type Labels } from "./labels";
import { merge, type Choice, type Merged } from "./merge";
import { get, parts, put } from "./paths";
import { Problems } from "./problems";
import { Saver, type Standing } from "./saver";
import { Server, type Content, type PageData, type Theirs } from "./server";

/** The clock of the window, for whatever asks the server a moment after a change. */
export const TIMERS = { set: (run: () => void, after: number) => window.setTimeout(run, after), clear: (handle: number) => window.clearTimeout(handle) };

/** The document in a shape in which each part that may change alone stands under a key of its own, and back. */
export interface Apart<B> {
  readonly spread: (content: Content<B>) => Content<B>;
  readonly gathered: (content: Content<B>) => Content<B>;
}

export class Draft<B> {
  readonly language: string;
  readonly content: ReadonlySignal<Content<B>>;
  readonly body: ReadonlySignal<B>;
  readonly problems = signal<Problems>(new Problems([]));
  readonly words = signal<unknown>(null);
  readonly standing = signal<Standing<B>>({ kind: "saved", at: "" });
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  /** Called with the place of what undo or redo has just changed, so that the island can show it. */
  onMoved: (place: string) => void = () => undefined;

  /** A question of a pane beside the designer: `Server.ask`. */
  readonly ask: Server<B>["ask"];

  private readonly history;
  private readonly saver: Saver<Content<B>, B>;
  private readonly checker: Checker<Content<B>, { problems: readonly Problems["all"][number][]; words: unknown }>;

  constructor(page: PageData<B>, private readonly apart: Apart<B> = { spread: (content) => content, gathered: (content) => content }) {
    this.language = page.language;
    const server = new Server(page);
    this.ask = server.ask.bind(server);
    const history = signal<History<Content<B>>>(started({ title: page.title, body: page.body }));
    this.history = history;
    this.content = computed(() => history.value.now);
    this.body = computed(() => history.value.now.body);
    this.canUndo = computed(() => history.value.past.length > 0);
    this.canRedo = computed(() => history.value.future.length > 0);
    this.problems.value = new Problems(page.problems);
    this.words.value = page.words;
    this.standing.value = { kind: "saved", at: page.saved };
    this.saver = new Saver<Content<B>, B>({
      timers: TIMERS,
      send: (content, rowVersion) => server.save(content, rowVersion),
      document: () => history.peek().now,
      stands: (standing) => {
        this.standing.value = standing;
      },
      kept: (answer, content) => {
        if (Object.is(content, history.peek().now)) this.take(answer);
      },
      rowVersion: page.row_version,
      saved: page.saved,
    });
    this.checker = new Checker({ timers: TIMERS, ask: (content, stop) => server.check(content, stop), answered: (answer) => this.take(answer) });
  }

  /** The value at a place: `/body/factors/0/weight`. */
  at(place: string): unknown {
    return get(this.content.value, parts(place));
  }

  /** Writes one value. Texts typed at one place within a moment are one step of undo; undefined takes a member away. */
  set(place: string, value: unknown, typing = true): void {
    this.change(place, (content) => put(content, parts(place), value), typing ? place : null);
  }

  /** Any change as one step; `place` is where to look at it again after undo. Changes of one `group` join. */
  change(place: string, make: (content: Content<B>) => Content<B>, group: string | null = null): void {
    const before = this.history.peek();
    const next = changed(before, make(before.now), place, group, Date.now());
    if (next === before) return;
    this.history.value = next;
    this.moved();
  }

  /** A change that is one step of undo by itself, apart from what is typed at the same place before and after it. */
  alone(make: () => void): void {
    this.history.value = paused(this.history.peek());
    make();
    this.history.value = paused(this.history.peek());
  }

  undo(): void {
    this.go(undone(this.history.peek()));
  }

  redo(): void {
    this.go(redone(this.history.peek()));
  }

  save(): Promise<void> {
    return this.saver.save();
  }

  get unsaved(): boolean {
    return this.saver.unsaved;
  }

  /** The title in the reader's language. */
  get title(): string {
    return say(this.content.value.title as Labels, this.language);
  }

  /** What I did and what they did since the version both began with; `choices` settles where both did. */
  compare(theirs: Theirs<B>, choices: ReadonlyMap<string, Choice> = new Map()): Merged<Content<B>> {
    const { spread, gathered } = this.apart;
    const found = merge(spread(this.saver.base), spread(this.content.peek()), spread({ title: theirs.title, body: theirs.body }), choices);
    return { ...found, value: gathered(found.value) };
  }

  /** Ends a conflict: `content` becomes the document, one step of undo, and is kept over their version. */
  settle(theirs: Theirs<B>, content: Content<B>): void {
    this.history.value = changed(this.history.peek(), content, "", null, Date.now());
    this.saver.settled({ title: theirs.title, body: theirs.body }, theirs.row_version);
    this.checker.changed(content);
  }

  private go(found: { history: History<Content<B>>; at: string } | null): void {
    if (!found) return;
    this.history.value = found.history;
    this.moved();
    document.dispatchEvent(new Event(MOVED));
    this.onMoved(found.at);
  }

  private moved(): void {
    this.saver.changed();
    this.checker.changed(this.history.peek().now);
  }

  private take(answer: { readonly problems: readonly Problems["all"][number][]; readonly words: unknown }): void {
    this.problems.value = new Problems(answer.problems);
    this.words.value = answer.words;
  }
}

/** True where Ctrl+Z is about the draft: not in the search above, in panes with questions of their own, or in a dialog. */
function isOurs(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target === document.body || (target.closest("#design, .head-actions") !== null && target.closest(".design-side, dialog") === null);
}

/** Leaving with changes asks; Ctrl+Z, Ctrl+Shift+Z (Ctrl+Y) and Ctrl+S work also inside the fields of the designer. */
export function guard(draft: Draft<never>): void {
  window.addEventListener("beforeunload", (event) => {
    if (draft.unsaved) event.preventDefault();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
      const key = event.key.toLowerCase();
      if (key === "s" && !event.shiftKey) {
        if (!event.repeat) void draft.save();
      } else if (!isOurs(event.target)) return;
      else if (key === "z" && !event.shiftKey) draft.undo();
      else if ((key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey)) draft.redo();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}
