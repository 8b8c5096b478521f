// What both panes draw: a grade as its badge, and why there is no answer.

import type { JSX } from "preact";
import type { Told } from "../designer/server";
import { text as words } from "../lib/texts";
import type { Grade } from "./body";
import { gradeStyle } from "./lists";

/** A letter in the colour of its rank in the draft; "" is without a grade, null could not be rated. */
export function Letter({ grade, grades }: { readonly grade: string | null; readonly grades: readonly Grade[] }): JSX.Element {
  if (!grade) return <span class="grade grade-none">{words(grade === null ? "js.card.grade_failed" : "js.card.grade_none")}</span>;
  const rank = grades.findIndex((each) => each.key === grade);
  return <span class={`grade ${rank < 0 ? "grade-none" : gradeStyle(grade, rank, grades.length)}`}>{grade}</span>;
}

export function Refusal({ told }: { readonly told: Told<unknown> | null }): JSX.Element {
  if (told === null) return <p class="is-muted">{words("js.card.counting")}</p>;
  return <p class={told.kind === "refused" ? "is-warn" : "is-muted"}>{told.kind === "refused" && told.message ? told.message : words("js.card.no_answer")}</p>;
}
