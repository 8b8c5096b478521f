// A decision read from its form, and sent as the form would send it.

import { text } from "../lib/texts";

export interface Act {
  readonly address: string;
  readonly body: URLSearchParams;
  readonly answer: string;
  readonly comment: string;
  readonly needsComment: boolean;
  /** Whom it is about, for messages. */
  readonly name: string;
}

export interface Outcome {
  readonly ok: boolean;
  readonly message: string;
  readonly signIn: boolean;
}

interface ProblemAnswer {
  readonly title?: string;
  readonly detail?: string;
  readonly problems?: readonly { readonly message?: string }[];
}

export function answerOf(form: HTMLFormElement, submitter: HTMLElement | null): Act | null {
  if (!(submitter instanceof HTMLButtonElement) || !submitter.value) return null;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === "string") body.append(name, value);
  return {
    address: form.action,
    body,
    answer: submitter.value,
    comment: body.get("comment") ?? "",
    needsComment: submitter.dataset["comment"] === "required",
    name: form.dataset["name"] ?? "",
  };
}

/** Sentences of an RFC 9457 answer, the most exact there are. */
export function sentence(problem: ProblemAnswer, fallback: string): string {
  const exact = (problem.problems ?? []).map((each) => each.message ?? "").filter(Boolean);
  return exact.length ? exact.join(" ") : (problem.detail ?? problem.title ?? fallback);
}

async function refusal(answer: Response): Promise<Outcome> {
  const fallback = text(answer.status === 403 ? "js.error.forbidden" : answer.status === 409 ? "js.error.stale" : "js.error.server");
  let message = fallback;
  if (answer.headers.get("Content-Type")?.includes("json")) {
    try {
      message = sentence((await answer.json()) as ProblemAnswer, fallback);
    } catch {
      message = fallback;
    }
  }
  return { ok: false, message, signIn: answer.status === 401 };
}

/** `leaving` lets the request outlive the page; a beacon carries it where that is refused. */
export async function send(act: Act, leaving: boolean): Promise<Outcome> {
  try {
    const answer = await fetch(act.address, {
      method: "POST",
      body: act.body,
      credentials: "same-origin",
      keepalive: leaving,
      redirect: "follow",
      headers: { Accept: "application/json" },
    });
    return answer.ok ? { ok: true, message: "", signIn: false } : await refusal(answer);
  } catch {
    const sent = leaving && navigator.sendBeacon(act.address, act.body);
    return { ok: sent, message: text("js.error.network"), signIn: false };
  }
}
