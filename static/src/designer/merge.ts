// Two people changed one draft: what each did against the version both began with, joined; where both did, one must choose.

import { pointer, same } from "./paths";

export type Choice = "mine" | "theirs";

/** A place both changed differently. In lists of keyed items the path names the key, so it means the same in all three. */
export interface Conflict {
  readonly path: string;
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export interface Merged<T> {
  /** With every conflict settled as chosen, else as I had it. */
  readonly value: T;
  readonly conflicts: readonly Conflict[];
  /** Places that only one of us changed. */
  readonly mine: readonly string[];
  readonly theirs: readonly string[];
}

type Found = Record<string, unknown>;

function isObject(value: unknown): value is Found {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The identities of a list of keyed items; null for any other value, or where two say the same. */
function identities(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const found = value.map((item: unknown) => {
    if (typeof item === "string") return item;
    const key = isObject(item) ? (item["key"] ?? item["id"] ?? item["name"]) : undefined;
    return typeof key === "string" && key !== "" ? key : null;
  });
  return found.includes(null) || new Set(found).size < found.length ? null : (found as string[]);
}

class Merger {
  readonly conflicts: Conflict[] = [];
  readonly mine: string[] = [];
  readonly theirs: string[] = [];

  constructor(private readonly choices: ReadonlyMap<string, Choice>) {}

  /** The merged value; undefined stands for a member or item that is not there. */
  merge(base: unknown, mine: unknown, theirs: unknown, path: readonly string[]): unknown {
    if (same(mine, theirs)) return mine;
    if (isObject(mine) && isObject(theirs) && (isObject(base) || base === undefined)) return this.members(base ?? {}, mine, theirs, path);
    const [a, b, c] = [identities(base ?? []), identities(mine), identities(theirs)];
    if (a && b && c) return this.items(base ?? [], mine, theirs, [a, b, c], path);
    const place = pointer(path);
    if (same(base, mine)) {
      this.theirs.push(place);
      return theirs;
    }
    if (same(base, theirs)) {
      this.mine.push(place);
      return mine;
    }
    this.conflicts.push({ path: place, base, mine, theirs });
    return this.choices.get(place) === "theirs" ? theirs : mine;
  }

  private members(base: Found, mine: Found, theirs: Found, path: readonly string[]): Found {
    const made: Found = {};
    for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs), ...Object.keys(base)])) {
      const value = this.merge(base[name], mine[name], theirs[name], [...path, name]);
      if (value !== undefined) made[name] = value;
    }
    return made;
  }

  private items(base: unknown, mine: unknown, theirs: unknown, keys: readonly (readonly string[])[], path: readonly string[]): unknown[] {
    const [a = [], b = [], c = []] = keys;
    const item = (list: unknown, names: readonly string[], key: string): unknown => {
      const at = names.indexOf(key);
      return at < 0 ? undefined : (list as readonly unknown[])[at];
    };
    const joined = order(a, b, c);
    if (!follows(joined, b)) this.theirs.push(pointer(path));
    if (!follows(joined, c)) this.mine.push(pointer(path));
    return joined
      .map((key) => this.merge(item(base, a, key), item(mine, b, key), item(theirs, c, key), [...path, key]))
      .filter((value) => value !== undefined);
  }
}

/** True where the keys of `list` that are in `joined` stand in the same order there. */
function follows(joined: readonly string[], list: readonly string[]): boolean {
  const places = list.map((key) => joined.indexOf(key)).filter((at) => at >= 0);
  return places.every((at, index) => index === 0 || at > (places[index - 1] ?? -1));
}

/** The order of whoever changed it, mine where both did; items of the other follow the one they stood behind. */
function order(base: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] {
  const common = (list: readonly string[]): string => base.filter((key) => list.includes(key)).sort((x, y) => list.indexOf(x) - list.indexOf(y)).join("\n");
  const untouched = common(mine) === base.filter((key) => mine.includes(key)).join("\n");
  const [lead, other] = untouched ? [theirs, mine] : [mine, theirs];
  const made = [...lead];
  other.forEach((key, at) => {
    if (made.includes(key)) return;
    const before = other[at - 1];
    made.splice(before === undefined ? 0 : made.indexOf(before) + 1, 0, key);
  });
  return made;
}

/** `base` is what both began with. Nothing of either is lost: what is not taken stands in `conflicts`. */
export function merge<T>(base: T, mine: T, theirs: T, choices: ReadonlyMap<string, Choice> = new Map()): Merged<T> {
  const merger = new Merger(choices);
  const value = merger.merge(base, mine, theirs, []) as T;
  return { value, conflicts: merger.conflicts, mine: merger.mine, theirs: merger.theirs };
}
