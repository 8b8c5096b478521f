// What both panes draw: a grade as its badge.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import type { Grade } from "./body";
import { gradeStyle } from "./lists";

export { Refusal } from "../designer/customers";

/** A letter in the colour of its rank in the draft; "" is without a grade, null could not be rated. */
export function Letter({ grade, grades }: { readonly grade: string | null; readonly grades: readonly Grade[] }): JSX.Element {
  if (!grade) return <span class="grade grade-none">{words(grade === null ? "js.card.grade_failed" : "js.card.grade_none")}</span>;
  const rank = grades.findIndex((each) => each.key === grade);
  return <span class={`grade ${rank < 0 ? "grade-none" : gradeStyle(grade, rank, grades.length)}`}>{grade}</span>;
}
