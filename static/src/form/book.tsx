// The book (台账) of a form: whether its records are kept, how they are listed, who reaches them, what they add up to.

import type { JSX } from "preact";
import { text as words } from "../lib/texts";
import { Blocks } from "../designer/blocks";
import { CheckField, LabelFields, SelectField, type Option } from "../designer/fields";
import { keyFor, say, type Labels } from "../designer/labels";
import { Card, Findings } from "../designer/parts";
import { parts, put } from "../designer/paths";
import { ConditionField } from "./conditions";
import { Committed } from "./committed";
import { readInteger } from "./members";
import { fieldOptions, page, typeOf, useDraft } from "./state";

interface Grant {
  readonly role: string;
  readonly read?: string;
  readonly write?: string;
  readonly remove?: string;
  readonly where?: string;
  readonly hidden?: readonly string[];
  readonly locked?: readonly string[];
}

interface Fact {
  readonly key: string;
  readonly label: Labels;
  readonly of: string;
  readonly field?: string;
  readonly day?: string;
  readonly months?: number;
  readonly when?: string;
}

interface Book {
  readonly columns: readonly string[];
  readonly filters?: readonly string[];
  readonly sort?: { readonly by: string; readonly descending?: boolean };
  readonly key?: string;
  readonly customer?: string;
  readonly access?: readonly Grant[];
  readonly facts?: readonly Fact[];
}

const PLACE = "/body/book";
const REACHES = ["own", "department", "tree", "all"];
const OF = ["count", "sum", "average", "min", "max", "last"];

/** The book of a form, or of the form of customers who reaches them. */
export function BookView(): JSX.Element {
  return page.value.customers ? <CustomersView /> : <Keeping />;
}

function CustomersView(): JSX.Element {
  const draft = useDraft();
  return (
    <>
      <Findings problems={draft.problems.value.at("/body/access")} />
      <Access at="/body/access" lines={(draft.body.value.access ?? []) as unknown as readonly Grant[]} acts={["read", "write"]} title={words("js.form.access.customers")} help={words("js.form.access.help")} />
    </>
  );
}

function Keeping(): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const book = body.book as unknown as Book | undefined;
  const all = fieldOptions(body, draft.language, (field, at) => at.length === 2 && !field.fields && (typeOf(field.type)?.valued ?? true));
  const keep = (on: boolean): void => {
    const columns = all.slice(0, 4).map((each) => each.value);
    draft.set(PLACE, on ? { columns } : undefined, false);
  };
  return (
    <>
      <Card title={words("js.form.view.book")} small={words("js.form.book.help")} place={PLACE}>
        <CheckField place={`${PLACE}/keep`} label={words("js.form.book.keep")} value={book !== undefined} onCheck={keep} />
        <Findings problems={draft.problems.value.at(PLACE)} />
      </Card>
      {book && <Listing book={book} all={all} />}
      {book && <Access at={`${PLACE}/access`} lines={book.access ?? []} acts={["read", "write", "remove"]} title={words("js.form.book.access")} help={words("js.form.book.access_help")} />}
      {book && <Facts book={book} />}
    </>
  );
}

/** Fields ticked in a list that keeps the order they were ticked in. */
function Ticks({ place, label, all, chosen, least = 0 }: { readonly place: string; readonly label: string; readonly all: readonly Option[]; readonly chosen: readonly string[]; readonly least?: number }): JSX.Element {
  const draft = useDraft();
  const gone = chosen.filter((key) => !all.some((each) => each.value === key)).map((value) => ({ value, words: value }));
  const tick = (key: string, on: boolean): void => {
    const next = on ? [...chosen, key] : chosen.filter((each) => each !== key);
    draft.set(place, next.length >= Math.max(1, least) || least > 0 ? next : undefined, false);
  };
  return (
    <fieldset class="field is-wide form-ticks" data-place={place} tabIndex={-1}>
      <legend>{label}</legend>
      {[...all, ...gone].map((each) => {
        const at = chosen.indexOf(each.value);
        return <CheckField key={each.value} place={`${place}/${at < 0 ? each.value : at}`} label={at < 0 ? each.words : `${each.words} (${at + 1})`} value={at >= 0} onCheck={(on) => tick(each.value, on)} />;
      })}
      <Findings problems={draft.problems.value.under(place)} />
    </fieldset>
  );
}

function Listing({ book, all }: { readonly book: Book; readonly all: readonly Option[] }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const fields = new Map(body.sections.flatMap((section) => section.fields).map((each) => [each.key, each]));
  const none = { value: "", words: words("js.form.none") };
  const pick = (member: "customer" | "key", options: readonly Option[], help: string): JSX.Element => (
    <SelectField place={`${PLACE}/${member}`} label={words(`js.form.book.${member}`)} help={help} options={[none, ...options]} onChoice={(value) => draft.set(`${PLACE}/${member}`, value === "" ? undefined : value, false)} />
  );
  return (
    <Card title={words("js.form.book.listing")} level={3}>
      <div class="form-grid">
        {pick("customer", all.filter((each) => (fields.get(each.value)?.["source"] as { readonly of?: unknown } | undefined)?.of === "customer"), words("js.form.book.customer_help"))}
        {pick("key", all.filter((each) => fields.get(each.value)?.["unique"] === "form"), words("js.form.book.key_help"))}
        <SelectField place={`${PLACE}/sort/by`} label={words("js.form.book.sort")} options={[{ value: "", words: words("js.form.book.newest") }, ...all]} onChoice={(by) => draft.set(`${PLACE}/sort`, by === "" ? undefined : { ...book.sort, by }, false)} />
        {book.sort && <CheckField place={`${PLACE}/sort/descending`} label={words("js.form.book.descending")} value={book.sort.descending === true} onCheck={(on) => draft.set(`${PLACE}/sort/descending`, on ? true : undefined, false)} />}
        <Ticks place={`${PLACE}/columns`} label={words("js.form.book.columns")} all={all} chosen={book.columns ?? []} least={1} />
        <Ticks place={`${PLACE}/filters`} label={words("js.form.book.filters")} all={all} chosen={book.filters ?? []} />
      </div>
    </Card>
  );
}

interface AccessProps {
  readonly at: string;
  readonly lines: readonly Grant[];
  /** With removing goes what only a book has: fields that a role does not see. */
  readonly acts: readonly string[];
  readonly title: string;
  readonly help: string;
}

function Access({ at, lines, acts, title, help }: AccessProps): JSX.Element {
  const draft = useDraft();
  const kept = acts.includes("remove");
  const fields = fieldOptions(draft.body.value, draft.language, (field, at) => at.length === 2 && (typeOf(field.type)?.valued ?? true));
  const roles = page.value.roles;
  const free = roles.find((role) => !lines.some((each) => each.role === role.value));
  const reach = (place: string, act: string): JSX.Element => (
    <SelectField key={act} place={`${place}/${act}`} label={words(`js.form.book.act.${act}`)} options={["", ...REACHES].map((value) => ({ value, words: words(`js.form.book.reach.${value || "none"}`) }))} onChoice={(value) => draft.set(`${place}/${act}`, value === "" ? undefined : value, false)} />
  );
  return (
    <Card title={title} small={help} level={3} place={at}>
      <Blocks
        place={at}
        noun={words("js.form.book.grant")}
        items={lines}
        make={(): Grant => ({ role: free?.value ?? "sales", read: "all" })}
        empty={words("js.form.book.access_empty")}
        title={(grant) => <span class="is-strong">{roles.find((each) => each.value === grant.role)?.words ?? grant.role}</span>}
      >
        {(grant, place) => (
          <>
            <div class="form-grid is-four">
              <SelectField place={`${place}/role`} label={words("js.form.book.role")} must options={roles} />
              {acts.map((act) => reach(place, act))}
            </div>
            <Committed place={`${place}/where`} label={words("js.form.book.where")} value={grant.where ?? ""} maxLength={4000} onText={(text) => draft.set(`${place}/where`, text.trim() === "" ? undefined : text.trim(), false)} />
            {kept && <Ticks place={`${place}/hidden`} label={words("js.form.book.hidden")} all={fields} chosen={grant.hidden ?? []} />}
            {kept && <Ticks place={`${place}/locked`} label={words("js.form.book.locked")} all={fields} chosen={grant.locked ?? []} />}
          </>
        )}
      </Blocks>
    </Card>
  );
}

function Facts({ book }: { readonly book: Book }): JSX.Element {
  const draft = useDraft();
  const body = draft.body.value;
  const all = fieldOptions(body, draft.language, (field, at) => at.length === 2 && !field.fields && (typeOf(field.type)?.valued ?? true));
  const days = fieldOptions(body, draft.language, (field, at) => at.length === 2 && typeOf(field.type)?.feel === "date");
  return (
    <Card title={words("js.form.book.facts")} small={words("js.form.book.facts_help")} level={3} place={`${PLACE}/facts`}>
      <Blocks
        place={`${PLACE}/facts`}
        noun={words("js.form.book.fact")}
        items={book.facts ?? []}
        make={(): Fact => ({ key: keyFor("", new Set((book.facts ?? []).map((each) => each.key)), "fact"), label: { "zh-CN": "" }, of: "count" })}
        empty={words("js.form.book.facts_empty")}
        title={(fact) => <span class="is-strong">{say(fact.label, draft.language) || fact.key}</span>}
      >
        {(fact, place) => (
          <div class="form-grid">
            <LabelFields place={`${place}/label`} label={words("js.form.member.label")} />
            <Committed place={`${place}/key`} label={words("js.form.member.key")} must value={fact.key} maxLength={64} onText={(text) => draft.set(`${place}/key`, text.trim(), false)} />
            <SelectField place={`${place}/of`} label={words("js.form.book.of")} must options={OF.map((value) => ({ value, words: words(`js.form.book.of.${value}`) }))} onChoice={(of) => draft.change(place, (content) => put<typeof content>(content, parts(place), of === "count" ? without(fact, "field", { of }) : { ...fact, of, field: fact.field ?? all[0]?.value ?? "" }))} />
            {fact.of !== "count" && <SelectField place={`${place}/field`} label={words("js.form.book.of_field")} must options={all} />}
            <SelectField place={`${place}/day`} label={words("js.form.book.day")} options={[{ value: "", words: words("js.form.book.day_entered") }, ...days]} onChoice={(day) => draft.set(`${place}/day`, day === "" ? undefined : day, false)} />
            <Committed place={`${place}/months`} label={words("js.form.book.months")} number value={fact.months === undefined ? "" : String(fact.months)} onText={(text) => draft.set(`${place}/months`, readInteger(text), false)} />
            <ConditionField place={`${place}/when`} text={fact.when ?? ""} inside={null} label={words("js.form.book.when")} onText={(text) => draft.set(`${place}/when`, text === "" ? undefined : text)} />
          </div>
        )}
      </Blocks>
    </Card>
  );
}

function without(fact: Fact, name: "field", more: Partial<Fact>): Fact {
  const { [name]: _, ...rest } = fact;
  return { ...rest, ...more };
}
