/** The form of one visit: results as large buttons, the queue's questions, a note and photographs. */
import { h, icon } from "../dom.js";
import { isolated, t } from "../i18n.js";
import { questionsOf } from "./questions.js";
import { keepAll, type CaseInfo, type QueueInfo, type Waiting } from "./store.js";

const LONGEST_PX = 1600;

/** Show the form in a place; calls back once the visit is kept on the phone. */
export function visitForm(place: HTMLElement, one: CaseInfo, queue: QueueInfo, owner: number, kept: () => void): void {
  const photos: Blob[] = [];
  /** Photographs that answer a question, by the id that the answer names. */
  const named = new Map<string, Blob>();
  const thumbs = h("div", { class: "visit-photos" });
  const said = h("p", { class: "error", role: "alert", hidden: true });
  const camera = h("input", { type: "file", accept: "image/*", capture: "environment", id: "photo", class: "visually-hidden", onchange: () => void take() });
  const take = async (): Promise<void> => {
    for (const file of camera.files ?? []) {
      const small = await smaller(file);
      photos.push(small);
      thumbs.append(h("img", { src: URL.createObjectURL(small), alt: t("field.photo", { number: photos.length }) }));
    }
    camera.value = "";
  };
  const asked = questionsOf(queue.questions, async (file) => {
    const body = await smaller(file);
    const id = crypto.randomUUID();
    named.set(id, body);
    return { id, address: URL.createObjectURL(body) };
  });
  const form = h(
    "form",
    { class: "stack visit-form", onsubmit: (event) => (event.preventDefault(), void keep()) },
    h("fieldset", { class: "field" }, h("legend", {}, t("field.result")), ...queue.results.map((choice) => radio("result", choice.value, choice.label)), radio("result", "", t("field.no_result"))),
    asked.element,
    h("div", { class: "field" }, h("label", { for: "note" }, t("field.note")), h("textarea", { id: "note", name: "note", rows: 2 })),
    h("div", { class: "row" }, h("label", { for: "photo", class: "button" }, icon("camera"), t("field.take_photo")), camera, thumbs),
    said,
    h("button", { class: "button primary wide", id: "keep" }, icon("check"), t("field.keep")),
  );
  const keep = async (): Promise<void> => {
    const data = new FormData(form);
    const result = data.get("result");
    if (result === null || (result === "" && !String(data.get("note") ?? "").trim())) {
      said.hidden = false;
      said.textContent = result === null ? t("field.choose_result") : t("field.say_why");
      return;
    }
    if (result !== "" && !asked.check()) return;
    const answers = asked.answers();
    const visit = waiting(owner, one);
    visit.visit = {
      case: one.id,
      base: one.version,
      result: String(result),
      note: String(data.get("note") ?? ""),
      answers,
      visited_at: new Date().toISOString(),
      overrule: false,
      form: queue.form ?? null,
    };
    const pictures = photos.map((body) => ({ ...waiting(owner, one), photo: { of: visit.id, body } }));
    const answering = [...named].filter(([id]) => Object.values(answers).includes(id)).map(([id, body]) => ({ ...waiting(owner, one), id, photo: { of: visit.id, body } }));
    await keepAll([visit, ...pictures, ...answering]);
    kept();
  };
  const facts = one.facts.map((fact) => h("div", {}, h("dt", {}, fact.title), h("dd", {}, isolated(fact.value), fact.unit ? ` ${fact.unit}` : "")));
  place.replaceChildren(h("h1", {}, h("bdi", {}, one.label)), h("p", { class: "secondary" }, queue.question), h("dl", { class: "facts visit-facts" }, ...facts), form);
}

function waiting(owner: number, one: CaseInfo): Waiting {
  return { id: crypto.randomUUID(), at: Date.now(), owner, case: one.id, visit: null, photo: null, held: null };
}

function radio(name: string, value: string, label: string): HTMLElement {
  return h("label", { class: "choice" }, h("input", { type: "radio", name, value }), h("span", {}, label));
}

/** A photograph small enough to be sent over a poor line. */
async function smaller(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const share = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.round(bitmap.width * share), height: Math.round(bitmap.height * share) });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.85));
}
