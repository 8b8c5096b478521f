// Changes of one place in an immutable JSON value; a place is an RFC 6901 pointer, as in Problems of the server.

export type Path = readonly (string | number)[];

/** `/factors/0/label` from its parts. */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The parts of a pointer. A part of digits alone is a number: our documents have no member so named. */
export function parts(place: string): Path {
  if (place === "") return [];
  return place
    .slice(1)
    .split("/")
    .map((part) => (/^(0|[1-9]\d*)$/.test(part) ? Number(part) : part.replaceAll("~1", "/").replaceAll("~0", "~")));
}

/** True where `place` is `outer` or lies inside it. */
export function inside(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer}/`);
}

/** What stands at a path, undefined where nothing does. */
export function get(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

/** The value with `next` at `path`; undefined takes a member or item away. The same value where nothing changes. */
export function put<T>(value: T, path: Path, next: unknown): T {
  const [head, ...rest] = path;
  if (head === undefined) return next as T;
  const container: unknown = value ?? (typeof head === "number" ? [] : {});
  const old = (container as Record<string | number, unknown>)[head];
  const fresh = rest.length > 0 ? put(old, rest, next) : next;
  if (Object.is(old, fresh) && (fresh !== undefined || !Object.hasOwn(container as object, head))) return value;
  if (Array.isArray(container)) {
    const index = Number(head);
    const before: unknown[] = container.slice(0, index);
    return [...before, ...(fresh === undefined ? [] : [fresh]), ...container.slice(index + 1)] as T;
  }
  const copy = { ...(container as Record<string, unknown>) };
  if (fresh === undefined) delete copy[head];
  else copy[head] = fresh;
  return copy as T;
}

/** The value with the list at `path` made anew by `make`; a missing list is an empty one. */
export function putList<T, I>(value: T, path: Path, make: (items: readonly I[]) => readonly I[]): T {
  const found = get(value, path);
  return put(value, path, make(Array.isArray(found) ? (found as I[]) : []));
}

/** The list with its item `from` at `to`; both are held inside the list. */
export function moved<I>(items: readonly I[], from: number, to: number): readonly I[] {
  const target = Math.max(0, Math.min(items.length - 1, to));
  const item = items[from];
  if (item === undefined || target === from) return items;
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, target), item, ...rest.slice(target)];
}

/** True where a text anywhere in a JSON value holds these words; names of members do not count. */
export function says(value: unknown, words: string): boolean {
  if (typeof value === "string") return value.includes(words);
  return typeof value === "object" && value !== null && Object.values(value).some((each) => says(each, words));
}

/** True where two JSON values say the same; the order of members does not matter. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    (name) => Object.hasOwn(other, name) && same((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
  );
}
