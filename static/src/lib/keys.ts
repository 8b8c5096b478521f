// Which key a press stands for, and when single keys must keep still.

/** What is read of a KeyboardEvent; a plain object in tests. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode?: number;
}

/** What is read of the element that has the focus. */
export interface Focused {
  readonly tagName: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
}

const STILL = new Set(["checkbox", "radio", "button", "submit", "reset", "range", "color", "file", "image"]);

/** True where letters are text: fields, editors, choices (which search by letter). */
export function isTyping(focused: Focused | null): boolean {
  if (!focused) return false;
  const tag = focused.tagName.toLowerCase();
  if (tag === "textarea" || tag === "select" || focused.isContentEditable === true) return true;
  return tag === "input" && !STILL.has((focused.type ?? "text").toLowerCase());
}

/** An input method is at work: 229 is what browsers send that end composition before the key. */
export function isComposing(press: Press): boolean {
  return press.isComposing || press.keyCode === 229;
}

/** The single key pressed, such as "j", "shift+x", "/", "?", "enter"; null for anything a browser or system owns. */
export function singleKey(press: Press): string | null {
  if (press.ctrlKey || press.metaKey || press.altKey || isComposing(press)) return null;
  if (press.key === "Enter") return press.shiftKey ? null : "enter";
  if (press.key.length !== 1) return null;
  const lower = press.key.toLowerCase();
  const letter = lower >= "a" && lower <= "z";
  return letter && press.shiftKey ? `shift+${lower}` : lower;
}

/** Reads "g i" as one key: the second letter within `window` ms of the first. Times come from the event. */
export class Sequence {
  private lead = "";
  private at = 0;

  constructor(
    private readonly leads: ReadonlySet<string>,
    private readonly window = 1200,
  ) {}

  /** The whole key, or null while the first letter of a sequence waits for its second. */
  next(key: string, time: number): string | null {
    if (this.lead && time - this.at <= this.window) {
      const whole = `${this.lead} ${key}`;
      this.lead = "";
      return whole;
    }
    if (this.leads.has(key)) {
      this.lead = key;
      this.at = time;
      return null;
    }
    this.lead = "";
    return key;
  }
}
