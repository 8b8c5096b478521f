// The form as people will see it: drawn and judged by the server from the draft and from what is typed here; nothing is kept.

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { openTab, tabsIn } from "../lib/tabs";
import { text as words } from "../lib/texts";
import { Options } from "../designer/fields";
import { Button } from "../designer/parts";
import { page, useDraft } from "./state";

interface Drawn {
  readonly html: string | null;
  readonly stored: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly missing?: readonly string[];
  readonly problems?: readonly string[];
}

type Pair = readonly [string, string];
const WAIT = 250;

/** What stands in the drawn form, as a page would post it. */
function pairsOf(root: HTMLElement | null): readonly Pair[] {
  const found: Pair[] = [];
  for (const each of root?.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("input, select, textarea") ?? []) {
    if (each.name === "" || each.disabled) continue;
    if (each instanceof HTMLInputElement && (each.type === "file" || ((each.type === "checkbox" || each.type === "radio") && !each.checked))) continue;
    if (each instanceof HTMLSelectElement) for (const option of each.selectedOptions) found.push([each.name, option.value]);
    else found.push([each.name, each.value]);
  }
  return found;
}

export function PreviewView(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const sheet = useRef<HTMLDivElement>(null);
  const [who, setWho] = useState("");
  const [phone, setPhone] = useState(false);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [failed, setFailed] = useState("");
  const stored = useRef<Readonly<Record<string, unknown>>>({});
  const turn = useRef(0);
  const stop = useRef<AbortController | null>(null);
  const timer = useRef<number | undefined>(undefined);

  const ask = async (pairs: readonly Pair[], sample: boolean): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    stop.current?.abort(); // nobody waits any longer for what was asked before
    stop.current = new AbortController();
    const answer = await draft.ask<Drawn>("preview", { body: draft.body.peek(), view: who, answers: pairs, stored: stored.current, sample }, stop.current.signal);
    if (mine !== turn.current) return;
    if (answer.kind !== "told") return setFailed(answer.kind === "refused" ? answer.message : words("js.form.preview.failed"));
    setFailed("");
    stored.current = answer.value.stored;
    setDrawn(answer.value);
  };
  const soon = (): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void ask(pairsOf(sheet.current), false), WAIT);
  };
  const empty = (): void => {
    stored.current = {};
    void ask([], false);
  };

  useEffect(() => {
    void ask(pairsOf(sheet.current), drawn === null && Object.keys(stored.current).length === 0);
    return () => window.clearTimeout(timer.current);
  }, [body, who]);

  useLayoutEffect(() => {
    const root = sheet.current;
    if (!root) return;
    const held = document.activeElement instanceof HTMLElement && root.contains(document.activeElement) ? document.activeElement : null;
    const name = held?.getAttribute("name") ?? "";
    const value = held?.getAttribute("value") ?? "";
    const tab = openTab(root);
    root.innerHTML = drawn?.html ?? ""; // drawn by our own templates, which escape what they are given
    tabsIn(root, tab);
    if (!held) return;
    const again = [...root.querySelectorAll<HTMLElement>("input, select, textarea, button")].find((each) => (held.id !== "" ? each.id === held.id : each.getAttribute("name") === name && each.getAttribute("value") === value));
    again?.focus();
  }, [drawn?.html]);

  const pressed = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button") : null;
    if (!button) return void (event.target instanceof Element && event.target.closest("a") && event.preventDefault());
    event.preventDefault();
    if (button.name === "action") void ask([...pairsOf(sheet.current), ["action", button.value]], false);
  };

  return (
    <div class="card form-preview">
      <div class="form-preview-head">
        <label>
          {words("js.form.preview.as")}{" "}
          <select class="form-select" value={who} onChange={(event) => setWho(event.currentTarget.value)}>
            <option value="">{words("js.form.preview.everything")}</option>
            <Options options={[...page.value.views, ...(body.book ? page.value.roles.map((each) => ({ value: `role:${each.value}`, words: each.words, group: words("js.form.preview.roles") })) : [])]} />
          </select>
        </label>
        <div class="actions" role="group" aria-label={words("js.form.preview.width")}>
          <button type="button" class="btn" aria-pressed={!phone} onClick={() => setPhone(false)}>{words("js.form.preview.desktop")}</button>
          <button type="button" class="btn" aria-pressed={phone} onClick={() => setPhone(true)}>{words("js.form.preview.phone")}</button>
        </div>
        <div class="actions">
          <Button words={words("js.form.preview.sample")} onClick={() => void ask([], true)} />
          <Button words={words("js.form.preview.empty")} onClick={empty} />
        </div>
      </div>
      <p class="is-muted is-small">{words("js.form.preview.help")}</p>
      <div role="status">
        {failed && <p class="is-bad">{failed}</p>}
        {drawn?.html === null && <p class="is-warn">{words("js.form.preview.unsound", { count: drawn.count })}</p>}
        {drawn && (drawn.missing ?? []).length > 0 && <p class="is-muted">{words("js.form.preview.hidden", { names: (drawn.missing ?? []).join(words("js.form.between")) })}</p>}
      </div>
      <div class={`form-sheet design-side${phone ? " is-phone" : ""}`} role="group" aria-label={words("js.form.view.preview")} ref={sheet} onClick={pressed} onChange={soon} onKeyDown={(event) => event.key === "Enter" && event.target instanceof HTMLInputElement && event.preventDefault()} />
    </div>
  );
}
