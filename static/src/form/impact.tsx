// What the draft would do to answers given before and to whoever names its fields, against the version in force.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text as words } from "../lib/texts";
import { Card, Button } from "../designer/parts";
import { placeById, placed, nameOfField } from "./body";
import { chosen, useDraft, view } from "./state";

interface Use {
  readonly words: string;
  readonly address: string;
}

interface Impact {
  readonly version: number | null;
  readonly answers: number;
  /** How many answers were read under the draft. */
  readonly tried: number;
  readonly changes: readonly { readonly id: string; readonly key: string; readonly label: string; readonly words: string; readonly answers: number; readonly grave: boolean; readonly uses: readonly Use[] }[];
  readonly uses: Readonly<Record<string, readonly Use[]>>;
}

/** All stored answers are counted: not after each letter. */
const PAUSE = 600;

export function ImpactView(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const [found, setFound] = useState<Impact | null>(null);
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    setBusy(true);
    const ask = async (): Promise<void> => {
      const answer = await draft.ask<Impact>("impact", { body }, stop.signal);
      if (stop.signal.aborted) return;
      setBusy(false);
      setFailed(answer.kind === "told" ? "" : answer.kind === "refused" ? answer.message : words("js.form.impact.failed"));
      if (answer.kind === "told") setFound(answer.value);
    };
    const timer = window.setTimeout(() => void ask(), found === null ? 0 : PAUSE);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [body, turn]);

  const go = (id: string): void => {
    const at = placeById(body, id);
    if (!at) return;
    chosen.value = { kind: "field", at };
    view.value = "canvas";
  };
  const standing = <Standing busy={busy} failed={failed} old={found !== null} onAgain={() => setTurn(turn + 1)} />;
  if (!found) return <Card title={words("js.form.view.impact")}>{standing}</Card>;
  const named = placed(body).filter((each) => each.at.length === 2 && (found.uses[each.field.key] ?? []).length > 0);
  return (
    <>
      <Card title={words("js.form.view.impact")} small={found.version === null ? words("js.form.impact.first") : [words("js.form.impact.against", { version: found.version, count: found.answers }), found.tried > 0 ? words("js.form.impact.tried", { count: found.tried }) : ""].filter(Boolean).join(" · ")}>
        {standing}
        {found.changes.length === 0 ? (
          <p class="is-muted" role="status">{words("js.form.impact.none")}</p>
        ) : (
          <ul class="form-impact">
            {found.changes.map((each, index) => (
              <li key={index}>
                <span class={each.grave && each.answers > 0 ? "is-bad is-strong" : "is-strong"}>{each.label}</span> <span>{each.words}</span>
                {placeById(body, each.id) && <Button words={words("js.form.impact.show")} onClick={() => go(each.id)} />}
                <Uses uses={each.uses} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={words("js.form.impact.uses")} small={words("js.form.impact.uses_help")}>
        {named.length === 0 && <p class="is-muted">{words("js.form.impact.no_uses")}</p>}
        <ul class="form-impact">
          {named.map((each) => (
            <li key={each.field.id}>
              <span class="is-strong">{nameOfField(each.field, draft.language)}</span> <span class="is-muted mono is-small">{each.field.key}</span>
              <Uses uses={found.uses[each.field.key] ?? []} />
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

interface StandingProps {
  readonly busy: boolean;
  readonly failed: string;
  /** What stands below was computed before the last change. */
  readonly old: boolean;
  readonly onAgain: () => void;
}

/** Whether the numbers are being computed, could not be, or are those of the form as it stands. */
function Standing({ busy, failed, old, onAgain }: StandingProps): JSX.Element {
  const told = busy ? words(old ? "js.form.impact.asking_again" : "js.form.impact.asking") : "";
  return (
    <>
      <p class={told ? "is-muted" : "visually-hidden"} role="status">{told}</p>
      {failed !== "" && !busy && (
        <div role="alert">
          <p class="is-bad">{failed} {old && words("js.form.impact.old")}</p>
          <Button words={words("js.form.impact.again")} onClick={onAgain} />
        </div>
      )}
    </>
  );
}

function Uses({ uses }: { readonly uses: readonly Use[] }): JSX.Element | null {
  if (uses.length === 0) return null;
  return (
    <ul class="form-uses is-small">
      {uses.map((each, index) => (
        <li key={index}>
          <a href={each.address}>{each.words}</a>
        </li>
      ))}
    </ul>
  );
}
