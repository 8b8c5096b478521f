// The designer's questions to the server: check a document, keep it; every way an answer can fail as data.

import type { Labels } from "./labels";
import type { Problem } from "./problems";

/** What the page hands over in its block `#design-data`; kinds add members of their own. */
export interface PageData<B> {
  readonly language: string;
  readonly csrf: string;
  readonly addresses: { readonly check: string; readonly save: string; readonly formula?: string };
  readonly title: Labels;
  readonly body: B;
  readonly row_version: number;
  readonly saved: string;
  readonly problems: readonly Problem[];
  /** What only the server can say about this body, shaped by the kind. */
  readonly words: unknown;
}

export interface Content<B> {
  readonly title: Labels;
  readonly body: B;
}

export interface Checked {
  readonly problems: readonly Problem[];
  readonly words: unknown;
}

/** What somebody else made of the draft meanwhile. */
export interface Theirs<B> extends Content<B> {
  readonly row_version: number;
  readonly message: string;
}

export type Kept<B> =
  | { readonly kind: "saved"; readonly row_version: number; readonly saved: string; readonly title_kept: boolean; readonly problems: readonly Problem[]; readonly words: unknown }
  | { readonly kind: "changed"; readonly theirs: Theirs<B> }
  /** Published, discarded or forbidden: this draft can never be saved again. */
  | { readonly kind: "closed"; readonly message: string }
  /** The session ended; after signing in elsewhere it goes on. */
  | { readonly kind: "signed_out" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed" };

/** What came back of a question beside the designer's own two; of a draft that cannot be tried yet, what is to be mended. */
export type Told<T> = { readonly kind: "told"; readonly value: T } | { readonly kind: "unfinished"; readonly message: string } | { readonly kind: "refused"; readonly message: string } | { readonly kind: "failed" };

interface Refusal {
  readonly detail?: string;
  readonly title?: string;
  readonly problems?: readonly { readonly message?: string }[];
  readonly current?: Omit<Theirs<never>, "message"> & { readonly body: unknown };
}

export function words(refusal: Refusal): string {
  const told = (refusal.problems ?? []).map((each) => each.message).filter(Boolean).join(" ");
  return told || refusal.detail || refusal.title || "";
}

export class Server<B> {
  private csrf: string;

  constructor(private readonly page: PageData<B>) {
    this.csrf = page.csrf;
  }

  /** Null where no answer is to be had now; the next change asks again. */
  async check(content: Content<B>, stop: AbortSignal): Promise<Checked | null> {
    try {
      const answer = await this.post(this.page.addresses.check, content, stop);
      if (!isJson(answer)) return null;
      const found = (await answer.json()) as Partial<Checked>;
      return answer.ok || answer.status === 422 ? { problems: found.problems ?? [], words: found.words ?? null } : null;
    } catch {
      return null;
    }
  }

  async save(content: Content<B>, rowVersion: number): Promise<Kept<B>> {
    try {
      const answer = await this.post(this.page.addresses.save, { ...content, row_version: rowVersion });
      if (answer.redirected || answer.status === 401) return { kind: "signed_out" };
      if (!isJson(answer)) return { kind: "failed" };
      if (answer.ok) return { kind: "saved", ...((await answer.json()) as Omit<Kept<B> & { kind: "saved" }, "kind">) };
      const refusal = (await answer.json()) as Refusal;
      const message = words(refusal);
      if (answer.status === 409 && refusal.current) {
        return { kind: "changed", theirs: { ...(refusal.current as unknown as Omit<Theirs<B>, "message">), message } };
      }
      if ([403, 404, 409].includes(answer.status)) return { kind: "closed", message };
      return answer.status < 500 ? { kind: "refused", message } : { kind: "failed" };
    } catch {
      return { kind: "failed" };
    }
  }

  /**
   * A question of a pane, at the address `name` beside that of the check: with something sent, or by a query alone.
   * "formula" is asked where all formulas are.
   */
  async ask<T>(name: string, sent: object | null, stop?: AbortSignal): Promise<Told<T>> {
    try {
      const address = name === "formula" && this.page.addresses.formula ? this.page.addresses.formula : this.page.addresses.check.replace(/check$/, name);
      const answer = sent ? await this.post(address, sent, stop) : await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" }, ...(stop ? { signal: stop } : {}) });
      if (!isJson(answer)) return { kind: "failed" };
      if (answer.ok) {
        const value = (await answer.json()) as T & { readonly unfinished?: readonly string[] };
        return value?.unfinished ? { kind: "unfinished", message: value.unfinished.join(" ") } : { kind: "told", value };
      }
      return { kind: "refused", message: words((await answer.json()) as Refusal) };
    } catch {
      return { kind: "failed" };
    }
  }

  /** A session that ended and began again has a new token: it is read from the page once, and the question repeated. */
  private async post(address: string, body: unknown, stop?: AbortSignal): Promise<Response> {
    const send = (): Promise<Response> =>
      fetch(address, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": this.csrf },
        body: JSON.stringify(body),
        ...(stop ? { signal: stop } : {}),
      });
    const answer = await send();
    if (answer.status !== 403) return answer;
    const token = await freshToken();
    if (!token || token === this.csrf) return answer;
    this.csrf = token;
    return send();
  }
}

function isJson(answer: Response): boolean {
  return (answer.headers.get("Content-Type") ?? "").includes("json");
}

async function freshToken(): Promise<string | null> {
  const answer = await fetch(location.href.split("#")[0] ?? "", { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector<HTMLInputElement>("input[name=csrf_token]")?.value ?? null;
}
