// The palette's other side: sets of fields to take from, and what is chosen kept for other forms.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../designer/context";
import { say, type Labels } from "../designer/labels";
import { Button } from "../designer/parts";
import { text as words } from "../lib/texts";
import { fieldAt, nameOfField } from "./body";
import { dragSets } from "./drag";
import { end, keep, offers, placesToKeep, put, type Offer, type Where } from "./library_acts";
import { picked, pickedPlaces, unpick } from "./picks";
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
  useEffect(() => {
    unpick(true);
    return () => unpick(false);
  }, []);
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
  const draft = useDraft();
  const list = useRef<HTMLUListElement>(null);
  const [busy, setBusy] = useState("");
  const [wrong, setWrong] = useState<{ readonly id: string; readonly why: string } | null>(null);
  const take = async (id: string, where?: Where): Promise<void> => {
    const offer = sets.find((each) => each.id === id);
    if (!offer || busy !== "") return;
    setBusy(id);
    const why = await put(draft, offer, where);
    setBusy("");
    setWrong(why === "" ? null : { id, why });
    if (why === "") window.requestAnimationFrame(openCanvas);
  };
  const drop = useRef(take);
  drop.current = take;
  useEffect(() => (list.current ? dragSets(list.current, (id, where) => void drop.current(id, where)) : undefined), []);
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {sets.length === 0 && <p class="help">{words("js.form.library.none")}</p>}
      <ul class="form-sets" ref={list}>
        {sets.map((each) => <One key={each.id} offer={each} busy={busy === each.id} refused={wrong?.id === each.id ? wrong.why : ""} onTake={() => void take(each.id)} onGone={onGone} />)}
      </ul>
    </section>
  );
}

interface OneProps {
  readonly offer: Offer;
  readonly busy: boolean;
  /** Why it was not put in. */
  readonly refused: string;
  readonly onTake: () => void;
  readonly onGone: () => void;
}

function One({ offer, busy, refused, onTake, onGone }: OneProps): JSX.Element {
  const draft = useDraft();
  const [ending, setEnding] = useState(false);
  const [asked, setAsked] = useState(false);
  const [wrong, setWrong] = useState("");
  const name = say(offer.name, draft.language);
  const facts = [words("js.form.library.size", { count: offer.fields.length }), offer.whole && words("js.form.library.section"), offer.rules > 0 && words("js.form.library.rules", { count: offer.rules })].filter(Boolean).join(" · ");
  const remove = async (): Promise<void> => {
    setEnding(true);
    const answer = await end(draft, offer);
    setEnding(false);
    if (answer.kind === "told") {
      tell(words("js.form.library.ended", { name }));
      onGone();
    } else setWrong(answer.kind === "refused" ? answer.message : words("js.form.library.failed"));
  };
  return (
    <li data-set={offer.id} data-whole={offer.whole ? "" : undefined}>
      <button type="button" class="btn form-set" aria-disabled={busy ? "true" : undefined} title={offer.fields.map((each) => say(each, draft.language)).join(" · ")} onClick={onTake}>
        <span class="name">{name}</span>
        <small>{facts}</small>
        {offer.use && <small>{say(offer.use, draft.language)}</small>}
        {offer.kept !== "" && <small>{offer.kept}</small>}
      </button>
      {offer.own && !asked && <Button words={words("js.form.library.end", { name })} icon="delete" onlyIcon onClick={() => setAsked(true)} />}
      {offer.own && asked && (
        <div class="form-set-sure" role="group" aria-label={words("js.form.library.end_sure", { name })}>
          <p class="help">{words("js.form.library.end_sure", { name })}</p>
          <Button words={words("js.form.library.end_yes")} danger disabled={ending} onClick={() => void remove()} />
          <Button words={words("js.form.library.cancel")} onClick={() => setAsked(false)} />
        </div>
      )}
      {(wrong || refused) !== "" && <p class="errors" role="alert">{wrong || refused}</p>}
    </li>
  );
}

/** What is ticked, else what is chosen, kept under a name: its own, where it is one thing, until somebody writes another. */
function Keep({ sets, onKept }: { readonly sets: readonly Offer[]; readonly onKept: () => void }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const places = placesToKeep(chosen.value, body, picked.value);
  const ticked = pickedPlaces(body, picked.value).length;
  const at = places[0] ?? [0];
  const [open, setOpen] = useState(false);
  const [name, setName] = useState<Labels>({});
  const [replace, setReplace] = useState(false);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const section = body.sections[at[0] ?? 0];
  const fields = places.flatMap(([outer = 0, inner]) => (inner === undefined ? [] : [fieldAt(body, [outer, inner])]));
  const what = fields.length > 1 ? {} : at.length === 2 ? (fields[0]?.label ?? {}) : (section?.title ?? {});
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
    unpick(true);
    tell(words("js.form.library.kept", { name: name["zh-CN"] ?? "" }));
    onKept();
  };
  if (!open) {
    const said = ticked > 0 ? words("js.form.library.keep_fields", { count: ticked }) : words(at.length === 2 ? "js.form.library.keep_field" : "js.form.library.keep_section");
    return (
      <>
        <Button words={said} icon="plus" onClick={begin} />
        {ticked > 0 ? <Button words={words("js.form.library.unpick")} onClick={() => unpick(true)} /> : <p class="help">{words("js.form.library.pick_help")}</p>}
      </>
    );
  }
  const chosenName = fields.length > 0 ? fields.map((each) => nameOfField(each, draft.language)).join(" · ") : say(what, draft.language) || section?.key;
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
