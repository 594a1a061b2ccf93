/** The questions of a visit as inputs: asked while they are relevant, checked as the server checks them. */
import { h, icon } from "../dom.js";
import { t, western } from "../i18n.js";
import { holds } from "./expressions.js";
import type { Question } from "./store.js";

export interface Asked {
  element: HTMLElement;
  /** The answers of what is asked now. */
  answers(): Record<string, string>;
  /** Whether they fit; what does not is shown beside its question. */
  check(): boolean;
}

interface One {
  question: Question;
  field: HTMLElement;
  fault: HTMLElement | null;
  read(): string;
}

type Keep = (file: Blob) => Promise<{ id: string; address: string }>;

/** Make the inputs; `keep` keeps a photograph and answers its id and where it can be shown. */
export function questionsOf(questions: Question[], keep: Keep): Asked {
  const ones = questions.map((each) => input(each, keep));
  const element = h("div", { class: "stack", oninput: () => settle(ones), onchange: () => settle(ones) }, ...ones.map((one) => one.field));
  settle(ones);
  return { element, answers: () => given(ones), check: () => check(ones) };
}

/** Show what is relevant; an answer that is no longer asked counts no more, so that others may follow it. */
function settle(ones: One[]): void {
  for (let turn = 0; turn < ones.length; turn++) {
    const answers = given(ones);
    let changed = false;
    for (const { question, field, read } of ones) {
      const hidden = Boolean(question.relevant && !holds(question.relevant, answers, read()));
      changed ||= hidden !== field.hidden;
      field.hidden = hidden;
    }
    if (!changed) return;
  }
}

function given(ones: One[]): Record<string, string> {
  return Object.fromEntries(ones.filter((one) => !one.field.hidden).map((one) => [one.question.name, one.read()]).filter(([, value]) => value !== ""));
}

function check(ones: One[]): boolean {
  const answers = given(ones);
  let first: One | null = null;
  for (const one of ones) {
    if (!one.fault) continue;
    const said = one.field.hidden ? "" : faultOf(one.question, answers, one.read());
    one.fault.textContent = said;
    one.fault.hidden = said === "";
    if (said) first ??= one;
  }
  first?.field.scrollIntoView({ block: "center" });
  first?.field.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
  return first === null;
}

function faultOf(question: Question, answers: Record<string, string>, own: string): string {
  if (own === "") return question.required ? t("field.needed") : "";
  if (question.type === "integer" && !/^-?\d+$/.test(own)) return t("field.whole_number");
  if (question.type === "number" && !/^-?\d+(\.\d+)?$/.test(own)) return t("field.number");
  return question.constraint && !holds(question.constraint, answers, own) ? question.message || t("field.not_allowed") : "";
}

function input(question: Question, keep: Keep): One {
  const name = `q_${question.name}`;
  if (question.type === "note" || question.type === "group") {
    const field = question.type === "group" ? h("h2", {}, question.title) : h("p", { class: "notice info" }, question.title);
    return { question, field, fault: null, read: () => "" };
  }
  const { body, read } = (INPUTS[question.choices && question.type !== "select_multiple" ? "select_one" : question.type] ?? plain)(question, name, keep);
  const fault = h("p", { class: "error", role: "alert", hidden: true });
  const title = `${question.title}${question.unit ? ` (${question.unit})` : ""}${question.required ? " *" : ""}`;
  const hint = question.hint ? h("p", { class: "hint" }, question.hint) : null;
  const grouped = body instanceof HTMLFieldSetElement;
  if (grouped) body.prepend(h("legend", {}, title));
  return { question, field: h("div", { class: "field", "data-question": question.name }, grouped ? null : h("label", { for: name }, title), body, hint, fault), fault, read };
}

interface Input {
  body: HTMLElement;
  read(): string;
}

const INPUTS: Record<string, (question: Question, name: string, keep: Keep) => Input> = {
  select_one: (question, name) => {
    const body = h("select", { id: name }, h("option", { value: "" }, "—"), ...(question.choices ?? []).map((choice) => h("option", { value: choice.value }, choice.label)));
    return { body, read: () => body.value };
  },
  select_multiple: (question) => {
    const boxes = (question.choices ?? []).map((choice) => ({ box: h("input", { type: "checkbox", value: choice.value }), label: choice.label }));
    const body = h("fieldset", { class: "field" }, ...boxes.map(({ box, label }) => h("label", { class: "choice" }, box, h("span", {}, label))));
    return { body, read: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value).join(" ") };
  },
  image: (_question, name, keep) => {
    let id = "";
    const shown = h("div", { class: "visit-photos" });
    const file = h("input", { type: "file", accept: "image/*", capture: "environment", id: name, class: "visually-hidden", onchange: () => void take() });
    const take = async (): Promise<void> => {
      const one = file.files?.[0];
      if (!one) return;
      const kept = await keep(one);
      id = kept.id;
      shown.replaceChildren(h("img", { src: kept.address, alt: t("field.photo", { number: 1 }) }));
    };
    return { body: h("div", { class: "row" }, h("label", { for: name, class: "button" }, icon("camera"), t("field.take_photo")), file, shown), read: () => id };
  },
  geopoint: (_question, name) => {
    const place = h("input", { id: name, inputmode: "text", dir: "ltr", placeholder: "32.22110 35.25440" });
    const here = (): void =>
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => (place.value = `${coords.latitude.toFixed(7)} ${coords.longitude.toFixed(7)} ${(coords.altitude ?? 0).toFixed(1)} ${coords.accuracy.toFixed(1)}`),
        () => (place.placeholder = t("field.no_place")),
        { enableHighAccuracy: true, timeout: 20000 },
      );
    return { body: h("div", { class: "row" }, place, h("button", { type: "button", class: "button", onclick: here }, icon("locate"), t("field.here"))), read: () => place.value.trim() };
  },
};

function plain(question: Question, name: string): Input {
  const mode = question.type === "integer" ? "numeric" : question.type === "number" ? "decimal" : "text";
  const body = h("input", { id: name, inputmode: mode, type: question.type === "date" ? "date" : "text" });
  const isNumber = mode !== "text";
  return { body, read: () => (isNumber ? western(body.value) : body.value.trim()) };
}

