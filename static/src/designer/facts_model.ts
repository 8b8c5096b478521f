// Facts as scorecards and tables write them: a bare name, or a name with its type, unit and label.

import type { Labels } from "./labels";

export type Fact = string | { readonly key: string; readonly type?: string; readonly unit?: string | null; readonly label?: Labels };
export type FactObject = Exclude<Fact, string>;

/** A fact some published Definition reads; `from` is the title of the first. */
export interface KnownFact extends FactObject {
  readonly type: string;
  readonly from: string;
}

export function asObject(fact: Fact): FactObject {
  return typeof fact === "string" ? { key: fact } : fact;
}

/** A fact known elsewhere as one of the body's own: what the body has members for, and nothing else. */
export function taken(fact: FactObject): FactObject {
  const { key, type, unit, label } = fact;
  return { key, ...(type === undefined ? {} : { type }), ...(unit ? { unit } : {}), ...(label?.["zh-CN"] ? { label } : {}) };
}
