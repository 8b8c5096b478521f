// Problems the server found, by the place in the document they stand at.

import { inside } from "./paths";

/** One change that puts a problem right: `text` in place of the span, which counts UTF-16 units; `words` say what it does. */
export interface Fix {
  readonly span: readonly [number, number];
  readonly text: string;
  readonly words: string;
}

/**
 * One finding, in the reader's language.
 *
 * path      pointer into the designer's document: `/body/factors/0/value`, `/title/zh-CN`, `/body` for the whole
 * span      start and end inside the text at `path`, in UTF-16 units as browsers count; of formulas
 * fixes     what puts it right in one stroke; of formulas
 * elsewhere title of another Definition that would break
 */
export interface Problem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly severity: "error" | "warning";
  readonly span?: readonly [number, number];
  readonly fixes?: readonly Fix[];
  readonly elsewhere?: string;
  /** Of rows of a table: the other rows it is about, and for a gap the cells of a row that would fill it. */
  readonly others?: readonly number[];
  readonly cells?: readonly string[];
}

type Severity = Problem["severity"];

/** Findings by their places; asked for every cell of a grid, so each answer is one look. */
export class Problems {
  readonly errors: number;
  private readonly places = new Map<string, Problem[]>();
  /** The worst inside each place, however deep. */
  private readonly worsts = new Map<string, Severity>();

  constructor(readonly all: readonly Problem[]) {
    this.errors = all.filter((each) => each.severity === "error").length;
    for (const each of all) {
      const here = this.places.get(each.path);
      if (here) here.push(each);
      else this.places.set(each.path, [each]);
      for (let place = each.path; ; place = place.slice(0, place.lastIndexOf("/"))) {
        if (this.worsts.get(place) !== "error") this.worsts.set(place, each.severity);
        if (place === "") break;
      }
    }
  }

  /** Those at this very place. */
  at(place: string): readonly Problem[] {
    return this.places.get(place) ?? NONE;
  }

  /** Those at this place and inside it. */
  under(place: string): readonly Problem[] {
    return this.worsts.has(place) ? this.all.filter((each) => inside(each.path, place)) : NONE;
  }

  /** The worst said about a place and what is inside it. */
  worst(place: string): Severity | null {
    return this.worsts.get(place) ?? null;
  }
}

const NONE: readonly Problem[] = [];
