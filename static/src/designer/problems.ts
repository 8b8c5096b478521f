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

export class Problems {
  readonly errors: number;

  constructor(readonly all: readonly Problem[]) {
    this.errors = all.filter((each) => each.severity === "error").length;
  }

  /** Those at this very place. */
  at(place: string): readonly Problem[] {
    return this.all.filter((each) => each.path === place);
  }

  /** Those at this place and inside it. */
  under(place: string): readonly Problem[] {
    return this.all.filter((each) => inside(each.path, place));
  }

  /** The worst said about a place and what is inside it. */
  worst(place: string): "error" | "warning" | null {
    let found: "error" | "warning" | null = null;
    for (const each of this.all) {
      if (!inside(each.path, place)) continue;
      if (each.severity === "error") return "error";
      found = "warning";
    }
    return found;
  }
}
