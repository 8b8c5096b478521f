// The palette's other side: sets of fields to take from, and what is chosen kept for other forms.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../designer/context";
import { say, type Labels } from "../designer/labels";
import { Button } from "../designer/parts";
import { text as words } from "../lib/texts";
import { fieldAt, nameOfField } from "./body";
import { end, keep, offers, placeOfChosen, put, type Offer } from "./library_acts";
import { chosen, openCanvas, useDraft } from "./state";

type State = { readonly kind: "loading" } | { readonly kind: "failed"; readonly message: string } | { readonly kind: "here"; readonly sets: readonly Offer[] };

export function Library(): JSX.Element {
  const draft = useDraft();
  const [state, setState] = useState<State>({ kind: "loading" });
  const load = async (): Promise<void> => {
    const answer = await offers(draft);
    if (answer.kind === "told") setState({ kind: "here", sets: answer.value.sets });
    else setState({ kind: "failed", message: answer.kind === "refused" ? answer.message : words("js.form.library.failed") });
  };
  useEffect(() => void load(), []);
  if (state.kind === "loading") return <p class="help" role="status">{words("js.form.library.loading")}</p>;
  if (state.kind === "failed") {
    return (
      <div class="form-library" role="alert">
        <p class="help">{state.message}</p>
        <Button words={words("js.form.library.again")} onClick={() => void load()} />
      </div>
    );
  }
  const own = state.sets.filter((each) => each.own);
  return (
    <div class="form-library">
      <p class="help">{words("js.form.library.help")}</p>
      <Keep sets={own} onKept={() => void load()} />
      <Shelf title={words("js.form.library.ready")} sets={state.sets.filter((each) => !each.own)} onGone={() => void load()} />
      <Shelf title={words("js.form.library.own")} sets={own} onGone={() => void load()} />
    </div>
  );
}

function Shelf({ title, sets, onGone }: { readonly title: string; readonly sets: readonly Offer[]; readonly onGone: () => void }): JSX.Element {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {sets.length === 0 && <p class="help">{words("js.form.library.none")}</p>}
      <ul class="form-sets">
        {sets.map((each) => <One key={each.id} offer={each} onGone={onGone} />)}
      </ul>
    </section>
  );
}

function One({ offer, onGone }: { readonly offer: Offer; readonly onGone: () => void }): JSX.Element {
  const draft = useDraft();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState("");
  const name = say(offer.name, draft.language);
  const facts = [words("js.form.library.size", { count: offer.fields.length }), offer.whole && words("js.form.library.section"), offer.rules > 0 && words("js.form.library.rules", { count: offer.rules })].filter(Boolean).join(" · ");
  const take = async (): Promise<void> => {
    setBusy(true);
    const done = await put(draft, offer);
    setBusy(false);
    setWrong(done ? "" : words("js.form.library.not_put"));
    if (done) window.requestAnimationFrame(openCanvas);
  };
  const remove = async (): Promise<void> => {
    setBusy(true);
    const answer = await end(draft, offer);
    setBusy(false);
    if (answer.kind === "told") {
      tell(words("js.form.library.ended", { name }));
      onGone();
    } else setWrong(answer.kind === "refused" ? answer.message : words("js.form.library.failed"));
  };
  return (
    <li>
      <button type="button" class="btn form-set" aria-disabled={busy ? "true" : undefined} title={offer.fields.map((each) => say(each, draft.language)).join(" · ")} onClick={() => !busy && void take()}>
        <span class="name">{name}</span>
        <small>{facts}</small>
        {offer.use && <small>{say(offer.use, draft.language)}</small>}
        {offer.kept !== "" && <small>{offer.kept}</small>}
      </button>
      {offer.own && !asked && <Button words={words("js.form.library.end", { name })} icon="delete" onlyIcon onClick={() => setAsked(true)} />}
      {offer.own && asked && (
        <div class="form-set-sure" role="group" aria-label={words("js.form.library.end_sure", { name })}>
          <p class="help">{words("js.form.library.end_sure", { name })}</p>
          <Button words={words("js.form.library.end_yes")} danger disabled={busy} onClick={() => void remove()} />
          <Button words={words("js.form.library.cancel")} onClick={() => setAsked(false)} />
        </div>
      )}
      {wrong !== "" && <p class="errors" role="alert">{wrong}</p>}
    </li>
  );
}

/** What is chosen kept under a name: its own until somebody writes another. */
function Keep({ sets, onKept }: { readonly sets: readonly Offer[]; readonly onKept: () => void }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const at = placeOfChosen(chosen.value, body);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState<Labels>({});
  const [replace, setReplace] = useState(false);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const section = body.sections[at[0]];
  const what = at.length === 2 ? (fieldAt(body, at)?.label ?? {}) : (section?.title ?? {});
  const begin = (): void => {
    setName({ "zh-CN": what["zh-CN"] ?? "", en: what.en ?? "" });
    setReplace(false);
    setWrong("");
    setOpen(true);
    window.requestAnimationFrame(() => first.current?.select());
  };
  const taken = sets.some((each) => each.name["zh-CN"] === name["zh-CN"]?.trim());
  const send = async (): Promise<void> => {
    setBusy(true);
    const answer = await keep(draft, name, replace && taken);
    setBusy(false);
    if (answer.kind !== "told") return setWrong(answer.kind === "refused" ? answer.message : words("js.form.library.failed"));
    setOpen(false);
    tell(words("js.form.library.kept", { name: name["zh-CN"] ?? "" }));
    onKept();
  };
  if (!open) return <Button words={words(at.length === 2 ? "js.form.library.keep_field" : "js.form.library.keep_section")} icon="plus" onClick={begin} />;
  const chosenName = at.length === 2 ? nameOfField(fieldAt(body, at), draft.language) : say(what, draft.language) || section?.key;
  return (
    <form
      class="form-keep"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void send();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) setOpen(false);
      }}
    >
      <p class="help">{chosenName}</p>
      <label>
        {words("js.form.library.name_zh")}
        <input ref={first} class="form-control" required maxLength={60} value={name["zh-CN"] ?? ""} onInput={(event) => setName({ ...name, "zh-CN": event.currentTarget.value })} />
      </label>
      <label>
        {words("js.form.library.name_en")}
        <input class="form-control" maxLength={60} value={name.en ?? ""} onInput={(event) => setName({ ...name, en: event.currentTarget.value })} />
      </label>
      {taken && (
        <label class="form-keep-replace">
          <input type="checkbox" checked={replace} onChange={(event) => setReplace(event.currentTarget.checked)} /> {words("js.form.library.replace")}
        </label>
      )}
      {wrong !== "" && <p class="errors" role="alert">{wrong}</p>}
      <div class="actions">
        <button type="submit" class="btn btn-primary" aria-disabled={busy ? "true" : undefined}>{words("js.form.library.keep")}</button>
        <Button words={words("js.form.library.cancel")} onClick={() => setOpen(false)} />
      </div>
    </form>
  );
}
