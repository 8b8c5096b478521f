// The setup of a field type as its JSON Schema: which control each member wants, and what a new field starts with.

import type { Labels } from "../designer/labels";
import { keyOf, type Field } from "./body";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly default?: unknown;
}

export type Control = "label" | "decimal" | "integer" | "boolean" | "choice" | "choices" | "formula" | "field" | "options" | "source" | "words" | "text" | "none" | "json";

/** Members every panel shows at a place of their own. */
export const PLACED: ReadonlySet<string> = new Set([
  "id", "key", "type", "label", "help", "placeholder", "required", "unique", "material", "personal", "compute", "mode", "on_hide", "fields",
]);

const KEY = "^[A-Za-z][A-Za-z0-9_]{0,63}$";
const FORMULA_LENGTH = 4000;

/** The control for a member; one whose shape nobody foresaw is written as JSON. */
export function controlOf(name: string, schema: Schema): Control {
  if (schema.const !== undefined) return "none";
  if (schema.$ref?.endsWith("/label")) return "label";
  if (schema.$ref?.endsWith("/decimal")) return "decimal";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "boolean";
  if (schema.type === "integer") return "integer";
  if (schema.type === "string") {
    if (schema.pattern === KEY) return "field";
    return schema.maxLength === FORMULA_LENGTH && schema.minLength === 1 ? "formula" : "text";
  }
  if (schema.type === "array") {
    if (schema.items?.enum) return "choices";
    if (schema.items?.oneOf?.some((each) => each.properties?.["code"])) return "options";
    if (schema.items?.type === "string") return "words";
  }
  return name === "source" && schema.properties?.["of"] ? "source" : "json";
}

/** What a type's own members are, in the order it declares them. */
export function ownMembers(members: Readonly<Record<string, Schema>>, order: readonly string[]): readonly (readonly [string, Schema])[] {
  return order
    .flatMap((name): (readonly [string, Schema])[] => (members[name] ? [[name, members[name]]] : []))
    .filter(([name, schema]) => !PLACED.has(name) && controlOf(name, schema) !== "none");
}

/** What a member that must be there starts with. */
function first(name: string, schema: Schema, label: Labels): unknown {
  if (schema.default !== undefined) return schema.default;
  switch (controlOf(name, schema)) {
    case "label":
      return label;
    case "choice":
      return schema.enum?.[0];
    case "boolean":
      return false;
    case "integer":
      return schema.minimum ?? 0;
    case "decimal":
      return "0";
    case "choices":
      return schema.items?.enum?.slice(0, 1) ?? [];
    case "source":
      return { of: "customer" };
    case "options":
      return ["A", "B"].map((code) => ({ code, label: { "zh-CN": code } }));
    case "words":
      return [];
    case "json":
      return schema.type === "array" ? [] : {};
    default:
      return STARTS[name] ?? "";
  }
}

const STARTS: Readonly<Record<string, string>> = { currency: "CNY" };

/** What the designer knows better than a schema: a number's pattern, the lookup a rating shows. */
export interface Starts {
  readonly lookup?: string;
  readonly options?: readonly unknown[];
  readonly pattern?: string;
}

export interface Made {
  readonly type: string;
  readonly label: Labels;
  readonly members: Readonly<Record<string, Schema>>;
  readonly needs: readonly string[];
}

/** A new field of a type: named like its type until somebody names it, with all that must be there. */
export function newField(made: Made, id: string, taken: ReadonlySet<string>, starts: Starts): Field {
  const field: Record<string, unknown> = { id, key: keyOf(made.type, taken, "field"), type: made.type, label: made.label };
  for (const name of made.needs) {
    if (name in field || name === "fields") continue;
    const schema = made.members[name];
    if (schema) field[name] = (starts as Record<string, unknown>)[name] ?? first(name, schema, made.label);
  }
  return field as Field;
}

/** A field under another type: what both types have in common stays, what the new one needs is added. */
export function retyped(field: Field, made: Made, starts: Starts): Field {
  const kept = Object.fromEntries(Object.entries(field).filter(([name]) => name in made.members && name !== "type"));
  const fresh = newField(made, field.id, new Set(), starts);
  return { ...fresh, ...kept, type: made.type } as Field;
}
