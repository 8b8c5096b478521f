// Files of forms: sent in as soon as they are chosen or dropped, with progress, so that a refused form loses none.
// Without script the same inputs travel with the form. A signature can be drawn as well.

import { all, around, make, one } from "../lib/dom";
import { text } from "../lib/texts";
import { toast } from "../lib/toasts";

interface Reference {
  readonly hash: string;
  readonly name: string;
}

interface Refusal {
  readonly problems?: readonly { readonly message: string }[];
  readonly detail?: string;
}

const MEGABYTE = 1024 * 1024;
const PAD = { width: 480, height: 160 };

function report(group: HTMLElement, words: string): void {
  const place = one(".file-progress", group);
  if (place) place.textContent = words;
}

function failed(group: HTMLElement, words: string): void {
  report(group, "");
  toast(words, { kind: "bad", stay: 0 });
}

/** What a refusal says in the reader's words. */
function reason(answer: string, name: string): string {
  try {
    const refusal = JSON.parse(answer) as Refusal;
    return refusal.problems?.[0]?.message ?? refusal.detail ?? text("js.files.failed", { name });
  } catch {
    return text("js.files.failed", { name });
  }
}

/** Sends one file in; null when it was refused, which is told. */
function send(group: HTMLElement, file: File): Promise<Reference | null> {
  const address = one<HTMLMetaElement>("meta[name=files]")?.content ?? "";
  const token = one<HTMLInputElement>("input[name=csrf_token]")?.value ?? "";
  const body = new FormData();
  body.append("file", file);
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("X-CSRF-Token", token);
    call.upload.addEventListener("progress", (event) => {
      const percent = event.lengthComputable ? Math.floor((100 * event.loaded) / event.total) : 0;
      report(group, text("js.files.busy", { name: file.name, percent: String(percent) }));
    });
    call.addEventListener("load", () => {
      if (call.status === 201) {
        resolve(JSON.parse(call.responseText) as Reference);
        return;
      }
      failed(group, reason(call.responseText, file.name));
      resolve(null);
    });
    call.addEventListener("error", () => {
      failed(group, text("js.error.network"));
      resolve(null);
    });
    call.send(body);
  });
}

/** A ticked box for a file that was sent in: what is ticked goes with the form. */
function tick(group: HTMLElement, file: Reference): void {
  const list = one(".file-list", group);
  const name = group.dataset["files"] ?? "";
  const value = (group.dataset["drawn"] ?? "") + file.hash;
  if (!list) return;
  if (group.dataset["sign"]) list.replaceChildren();
  if (one(`input[value="${CSS.escape(value)}"]`, list)) return;
  const box = make("input", { type: "checkbox", name, value, id: `${name}-${file.hash.slice(-12)}`, "aria-label": file.name });
  box.checked = true;
  const item = make("li");
  item.append(box, " ", make("span", {}, file.name));
  list.append(item);
  if (group.dataset["sign"]) for (const typed of all<HTMLInputElement>("input[type=text]", group)) typed.value = "";
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Takes files in, one after another; whether none was refused. */
async function take(group: HTMLElement, files: readonly File[]): Promise<boolean> {
  const most = Number(group.dataset["most"] ?? "1");
  const max = Number(group.dataset["maxMb"] ?? "0");
  const held = group.dataset["sign"] ? 0 : all("input[type=checkbox]:checked", group).length;
  if (held + files.length > most) {
    failed(group, text("js.files.too_many", { max: String(most) }));
    return false;
  }
  group.dataset["busy"] = "yes";
  let whole = true;
  for (const file of files) {
    if (max && file.size > max * MEGABYTE) {
      failed(group, text("js.files.too_large", { name: file.name, max: String(max) }));
      whole = false;
      continue;
    }
    const reference = await send(group, file);
    whole &&= reference !== null;
    if (!reference) continue;
    tick(group, reference);
    report(group, text("js.files.done", { name: reference.name }));
  }
  delete group.dataset["busy"];
  return whole;
}

// drawing ------------------------------------------------------------------------------------------------------

function pad(group: HTMLElement): void {
  const canvas = make("canvas", { width: String(PAD.width), height: String(PAD.height), class: "sign-pad" });
  const clear = make("button", { type: "button", class: "btn btn-link" }, text("js.files.clear"));
  const use = make("button", { type: "button", class: "btn" }, text("js.files.use"));
  const bar = make("div", { class: "actions" });
  bar.append(use, clear);
  const holder = make("div", { class: "sign-holder" });
  holder.append(canvas, bar);
  group.append(holder);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  let drawn = false;
  group.dataset["drawing"] = "yes";
  const sign = async (blob: Blob): Promise<void> => {
    if (!(await take(group, [new File([blob], "signature.png", { type: "image/png" })]))) return; // what was drawn stays
    delete group.dataset["drawing"];
    wipe();
  };
  const wipe = (): void => {
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "black";
    pen.lineWidth = 2.5;
    pen.lineCap = "round";
    drawn = false;
  };
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  wipe();
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
    drawn = true;
  });
  clear.addEventListener("click", wipe);
  use.addEventListener("click", () => {
    if (!drawn) return;
    canvas.toBlob((blob) => {
      if (blob) void sign(blob);
    }, "image/png");
  });
}

/** What only a script can: say that files may be dropped; a pad to draw on, which nobody tabs through who types. */
function offer(): void {
  for (const group of all("[data-files]:not([data-ready])")) {
    const input = one("input[type=file]", group);
    if (!input) continue;
    group.dataset["ready"] = "yes";
    input.after(make("p", { class: "help" }, text("js.files.drop")));
    if (group.dataset["sign"] !== "draw") continue;
    const button = make("button", { type: "button", class: "btn btn-link" }, text("js.files.draw"));
    button.addEventListener("click", () => {
      button.remove();
      pad(group);
    });
    group.append(button);
  }
}

function dropping(event: DragEvent): HTMLElement | null {
  const group = around(event, "[data-files]");
  return group && event.dataTransfer?.types.includes("Files") && one("input[type=file]", group) ? group : null;
}

export function startFiles(): void {
  offer();
  document.addEventListener("htmx:afterSettle", offer);
  document.addEventListener("change", (event) => {
    const input = event.target;
    const group = around(event, "[data-files]");
    if (!(input instanceof HTMLInputElement) || input.type !== "file" || !group || !input.files?.length) return;
    // The form need not carry what is sent here; and its check waits for the boxes that follow.
    event.stopImmediatePropagation();
    const files = [...input.files];
    input.value = "";
    void take(group, files);
  }, true);
  document.addEventListener("dragover", (event) => {
    const group = dropping(event);
    if (!group) return;
    event.preventDefault();
    group.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => around(event, "[data-files]")?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const group = dropping(event);
    if (!group) return;
    event.preventDefault();
    group.classList.remove("is-over");
    void take(group, [...(event.dataTransfer?.files ?? [])]);
  });
}
