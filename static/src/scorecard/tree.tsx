// The left side: dimensions and factors with their shares, what is missing to a hundred, and the sections below.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { tell } from "../designer/context";
import { say } from "../designer/labels";
import { Button } from "../designer/parts";
import {
  addDimension, addFactor, factorsOf, innerWeight, missingWeight, moveDimension, moveFactor, removeDimension, removeFactor,
  shareOf, totalWeight, weightOf, type Body,
} from "./body";
import { chosen, known, useDraft, variant, variantOf } from "./card";
import type { Chosen } from "./places";

interface Node {
  readonly kind: "dimension" | "factor";
  readonly index: number;
  readonly words: string;
  readonly weight: string;
  /** What the factors of a dimension lack to a hundred. */
  readonly missing: string | null;
}

function nodesOf(body: Body, language: string): readonly Node[] {
  const shown = variantOf(body);
  return body.dimensions.flatMap((dimension, index) => {
    const inner = factorsOf(body, dimension.key);
    const head: Node = {
      kind: "dimension", index, words: say(dimension.label, language), weight: weightOf(body, dimension, shown),
      missing: inner.length > 0 ? missingWeight(innerWeight(body, dimension.key)) : null,
    };
    const rest = inner.map(({ factor, index: at }): Node => ({
      kind: "factor", index: at, words: say(factor.label, language), weight: shareOf(body, factor, shown), missing: null,
    }));
    return [head, ...rest];
  });
}

/** How much is missing or too much. */
export function Missing({ weight }: { readonly weight: string | null }): JSX.Element | null {
  if (weight === null) return null;
  const over = weight.startsWith("-");
  return <span class="is-bad">{words(over ? "js.card.over" : "js.card.short", { weight: over ? weight.slice(1) : weight })}</span>;
}

type Adding = { readonly kind: "dimension" } | { readonly kind: "factor"; readonly dimension: string };

export function Tree(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const nodes = nodesOf(body, draft.language);
  const now = chosen.value;
  const [adding, add] = useState<Adding | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const focus = useRef(false);
  const at = nodes.findIndex((each) => each.kind === now.kind && each.index === (now as Node).index);
  const stop = at < 0 ? 0 : at;
  const total = totalWeight(body, variantOf(body));

  useEffect(() => {
    if (!focus.current) return;
    focus.current = false;
    list.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const choose = (node: Chosen): void => {
    focus.current = true;
    chosen.value = node;
  };

  const move = (node: Node, step: -1 | 1): void => {
    const moved = node.kind === "factor" ? moveFactor(body, node.index, step) : moveDimension(body, node.index, step);
    if (moved.body === body) return;
    const list_ = node.kind === "factor" ? "factors" : "dimensions";
    draft.change(`/body/${list_}/${moved.index}`, (content) => ({ ...content, body: moved.body }));
    choose({ kind: node.kind, index: moved.index });
    tell(words("js.card.moved", { name: node.words }));
  };

  const remove = (node: Node): void => {
    const place = `/body/${node.kind === "factor" ? "factors" : "dimensions"}/${node.index}`;
    const next = nodes[stop + 1] ?? nodes[stop - 1];
    draft.change(place, (content) => ({ ...content, body: node.kind === "factor" ? removeFactor(content.body, node.index) : removeDimension(content.body, node.index) }));
    tell(words("js.card.removed", { name: node.words }));
    const left = nodesOf(draft.body.peek(), draft.language);
    const found = left[Math.min(stop, left.length - 1)] ?? null;
    choose(found && next ? { kind: found.kind, index: found.index } : { kind: "weights" });
  };

  const press = (event: KeyboardEvent): void => {
    const node = nodes[stop];
    if (!node || event.isComposing || event.ctrlKey || event.metaKey) return;
    const up = event.key === "ArrowUp";
    if (event.altKey) {
      if (up || event.key === "ArrowDown") move(node, up ? -1 : 1);
      else return;
    } else if (up || event.key === "ArrowDown") {
      const next = nodes[stop + (up ? -1 : 1)];
      if (next) choose({ kind: next.kind, index: next.index });
    } else if (event.key === "Home" || event.key === "End") {
      const next = nodes.at(event.key === "Home" ? 0 : -1);
      if (next) choose({ kind: next.kind, index: next.index });
    } else if (event.key === "ArrowLeft" && node.kind === "factor") {
      const parent = nodes.slice(0, stop).reverse().find((each) => each.kind === "dimension");
      if (parent) choose({ kind: "dimension", index: parent.index });
    } else if (event.key === "ArrowRight" && node.kind === "dimension") {
      const child = nodes[stop + 1];
      if (child?.kind === "factor") choose({ kind: "factor", index: child.index });
    } else if (event.key === "Enter" || event.key === "F2") {
      chosen.value = { kind: node.kind, index: node.index };
      window.requestAnimationFrame(() => document.querySelector<HTMLElement>(".design-middle :is(input, select, textarea)")?.focus());
    } else if (event.key === "Delete") remove(node);
    else if (event.key === "Insert") startFactor();
    else return;
    event.preventDefault();
  };

  const startFactor = (): void => {
    const node = nodes[stop];
    const dimension = node?.kind === "factor" ? body.factors[node.index]?.dimension : body.dimensions[node?.index ?? 0]?.key;
    if (dimension === undefined) add({ kind: "dimension" });
    else add({ kind: "factor", dimension });
  };

  const named = (name: string): void => {
    if (!adding) return;
    if (adding.kind === "dimension") {
      const index = body.dimensions.length;
      draft.change(`/body/dimensions/${index}`, (content) => ({ ...content, body: addDimension(content.body, name, draft.language) }));
      chosen.value = { kind: "dimension", index };
    } else {
      const made = addFactor(body, adding.dimension, name, draft.language, known.value);
      draft.change(`/body/factors/${made.index}`, (content) => ({ ...content, body: made.body }));
      chosen.value = { kind: "factor", index: made.index };
    }
    tell(words("js.card.added", { name }));
  };

  const current = nodes[stop];
  return (
    <nav class="design-rail" aria-label={words("js.card.outline")}>
      <div class="design-total">
        <span>{words("js.card.total_weight")}</span>
        <strong class={missingWeight(total) === null ? "is-good" : "is-bad"} role="status">
          {total}%
        </strong>
        <Missing weight={missingWeight(total)} />
      </div>
      {body.variants && body.variants.length > 1 && (
        <label class="design-variant">
          <span class="visually-hidden">{words("js.card.variant")}</span>
          <select class="form-select" value={variantOf(body) ?? ""} onChange={(event) => (variant.value = event.currentTarget.value)}>
            {body.variants.map((each) => (
              <option key={each.key} value={each.key}>
                {say(each.label, draft.language) || each.key}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul class="design-tree" role="tree" aria-label={words("js.card.tree")} ref={list} onKeyDown={press}>
        {nodes.map((node, place) => (
          <TreeItem key={`${node.kind} ${node.index}`} node={node} current={place === at} stop={place === stop} onChoose={() => choose({ kind: node.kind, index: node.index })} />
        ))}
      </ul>
      {nodes.length === 0 && <p class="design-rail-empty is-muted">{words("js.card.empty")}</p>}
      {adding && <NameLine adding={adding} onName={named} onEnd={() => { add(null); focus.current = true; chosen.value = { ...chosen.peek() }; }} />}
      <div class="design-rail-actions">
        <Button words={words("js.card.add_factor")} icon="plus" keys="Insert" onClick={startFactor} />
        <Button words={words("js.card.add_dimension")} icon="plus" onClick={() => add({ kind: "dimension" })} />
        <span class="design-rail-icons">
          <Button words={words("js.card.up")} icon="arrow-up" onlyIcon keys="Alt+ArrowUp" disabled={!current || at < 0} onClick={() => current && move(current, -1)} />
          <Button words={words("js.card.down")} icon="arrow-down" onlyIcon keys="Alt+ArrowDown" disabled={!current || at < 0} onClick={() => current && move(current, 1)} />
          <Button words={words("js.card.remove")} icon="delete" onlyIcon keys="Delete" disabled={!current || at < 0} onClick={() => current && remove(current)} />
        </span>
      </div>
    </nav>
  );
}

function TreeItem({ node, current, stop, onChoose }: { readonly node: Node; readonly current: boolean; readonly stop: boolean; readonly onChoose: () => void }): JSX.Element {
  const problems = useDraft().problems.value;
  const worst = problems.worst(`/body/${node.kind === "factor" ? "factors" : "dimensions"}/${node.index}`);
  return (
    <li class={`is-${node.kind}${current ? " is-current" : ""}`} role="treeitem" aria-level={node.kind === "factor" ? 2 : 1} aria-selected={current} tabIndex={stop ? 0 : -1} onClick={onChoose}>
      <span class="name">{node.words || words("js.card.unnamed")}</span>
      {worst && (
        <span class={`design-dot is-${worst === "error" ? "bad" : "warn"}`}>
          <span class="visually-hidden">{words(`js.design.has.${worst}`)}</span>
        </span>
      )}
      <span class="number">{node.weight === "" ? "—" : `${node.weight}%`}</span>
      {node.missing !== null && (
        <span class="design-missing">
          <Missing weight={node.missing} />
        </span>
      )}
    </li>
  );
}

/** One name after the other: Enter adds and asks for the next, Escape ends. */
function NameLine({ adding, onName, onEnd }: { readonly adding: Adding; readonly onName: (name: string) => void; readonly onEnd: () => void }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [text, type] = useState("");
  useEffect(() => field.current?.focus(), [adding]);
  const label = words(adding.kind === "factor" ? "js.card.new_factor" : "js.card.new_dimension");
  const take = (): boolean => {
    const name = text.trim();
    if (name === "") return false;
    onName(name);
    type("");
    return true;
  };
  return (
    <div class="design-new">
      <input
        ref={field}
        class="form-control"
        type="text"
        autocomplete="off"
        maxLength={200}
        aria-label={label}
        placeholder={label}
        list={adding.kind === "factor" ? "design-known" : undefined}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter") {
            event.preventDefault();
            if (!take()) onEnd();
          } else if (event.key === "Escape") {
            event.stopPropagation();
            onEnd();
          }
        }}
        onBlur={() => {
          take();
          onEnd();
        }}
      />
      {adding.kind === "factor" && <KnownNames />}
    </div>
  );
}

function KnownNames(): JSX.Element {
  const { language } = useDraft();
  return (
    <datalist id="design-known">
      {known.value.map((each) => (
        <option key={each.key} value={say(each.label, language) || each.key} />
      ))}
    </datalist>
  );
}
