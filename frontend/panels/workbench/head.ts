/** The top and the papers of the record's panel, and what is shown while no record is open. */
import { cadastre, type Around, type Plot, type RecordInfo } from "../../api/cadastre.js";
import { Refusal } from "../../api/client.js";
import { h, icon, need } from "../../dom.js";
import { digitsOf, isolated, listed, locale, t, type Key } from "../../i18n.js";

/** Title, state, steps, and who else is here. */
export function head(record: RecordInfo, others: string[]): Node[] {
  const number = h("a", { href: `/staff/records/${record.id}/` }, t("bench.record"), " ", h("bdi", {}, digitsOf(record.number)));
  return [
    h("div", { class: "row spread" }, h("h1", {}, record.kind_title), h("span", { class: `badge ${record.state === "draft" ? "draft" : "accent"}` }, record.state_title)),
    h("p", { class: "secondary" }, number, ` · ${record.opened_by}`),
    h("ol", { class: "steps" }, ...steps(record).map(({ key, css }) => h("li", css === "now" ? { "aria-current": "step" } : { class: css }, t(key)))),
    ...(others.length ? [h("p", { class: "notice info" }, icon("users"), h("span", {}, t("bench.also_here", { names: listed(others) })))] : []),
  ];
}

function steps(record: RecordInfo): { key: Key; css: "done" | "now" | "" }[] {
  const keys: Key[] = ["bench.step_document", "bench.step_drawing", "bench.step_review", "bench.step_approval"];
  return keys.map((key, index) => ({ key, css: index < reached(record) ? "done" : index === reached(record) ? "now" : "" }));
}

function reached(record: RecordInfo): number {
  if (record.state === "approved") return 4;
  if (record.state === "submitted") return 3;
  if (record.sources.length === 0) return 0;
  return record.can_undo ? 2 : 1;
}

/** A new record, or one of the open ones. */
export function opening(open: () => void): HTMLElement {
  const list = h("ul", { class: "actions" });
  void cadastre.open().then(({ records }) =>
    list.replaceChildren(
      ...records.slice(0, 8).map((one) =>
        h("li", {}, h("a", { href: `?record=${one.id}` }, icon("folder-pen"), h("span", { class: "grow" }, one.kind_title, " ", h("bdi", {}, digitsOf(one.number))), one.opened_by)),
      ),
    ),
  );
  return h(
    "div",
    { class: "stack" },
    h("h1", {}, t("bench.title")),
    h("p", { class: "hint" }, t("bench.open_hint")),
    need<HTMLTemplateElement>("kind-choice").content.cloneNode(true),
    h("button", { class: "button primary", type: "button", id: "open-record", onclick: open }, t("bench.open")),
    h("h2", {}, t("bench.open_records")),
    list,
  );
}

/** The documents, with a short form: kind, number and scan. */
export function papers(record: RecordInfo, attach: (form: FormData) => void): Node[] {
  const list = h("ul", { class: "actions" }, ...record.sources.map((one) => h("li", { class: "row" }, icon("file-text"), h("span", { class: "grow" }, `${one.kind} `, h("bdi", {}, one.number)))));
  const heading = h("h3", {}, t("bench.documents"));
  if (!record.is_editable) return [heading, list];
  const form = h("form", { class: "stack tight" }, need<HTMLTemplateElement>("source-form").content.cloneNode(true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attach(new FormData(form));
  });
  return [heading, list, h("details", {}, h("summary", {}, t("bench.attach")), form)];
}

export type NoticeKind = "info" | "warn" | "block";

/** What the page has to say, with its sign; nothing for no text. */
export function noticed(text: string, kind: NoticeKind): Node[] {
  const names = { info: "info", warn: "triangle-alert", block: "octagon-x" } as const;
  return text ? [h("p", { class: `notice ${kind}` }, icon(names[kind]), h("span", {}, text))] : [];
}

/** Why something was not done. */
export function whyNot(error: unknown): string {
  return error instanceof Refusal ? `${error.problem.title} ${error.problem.detail}` : t("bench.failed");
}

/** What somebody else saved meanwhile, and what became of one's own step. */
export function whatChanged(record: RecordInfo, own: "bench.stale" | "bench.redrawn"): string {
  const last = record.operations.filter((one) => one.in_effect).at(-1);
  const undone = record.can_redo ? record.operations.find((one) => !one.in_effect) : undefined;
  const what = undone ? t("bench.undone", { what: undone.title }) : last ? `${last.title} (${last.by})` : "—";
  return t(own, { what });
}

export function whenSaved(record: RecordInfo): string {
  return t("bench.saved", { at: new Date(record.changed_at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" }) });
}

/** Whose draft holds one of the plots; nothing where none does. */
export function whoHolds(plots: Plot[], held: Around["held"]): string {
  const taken = plots.find((plot) => held[plot.key]);
  const by = taken && held[taken.key];
  return by ? t("bench.held", { parcel: isolated(taken.number), record: isolated(by.record), holder: isolated(by.holder) }) : "";
}

/** Show which steps can be taken: back, forward, and submitting, which says how many findings are in its way. */
export function showSteps(record: RecordInfo | null, blocked: (count: number) => void, submit: () => void): void {
  const count = record?.checks.filter((one) => one.severity === "blocks" || (one.severity === "needs_reason" && !one.reason)).length ?? 0;
  need("tool-undo").setAttribute("aria-disabled", String(!record?.can_undo || !record.is_editable));
  need("tool-redo").setAttribute("aria-disabled", String(!record?.can_redo || !record.is_editable));
  need("bench-undo-count").textContent = record ? t("bench.undo_count", { count: record.can_undo }) : "";
  need("bench-submit").hidden = !record?.is_editable;
  need("bench-submit").setAttribute("aria-disabled", String(count > 0));
  need("bench-submit").onclick = () => (count ? blocked(count) : submit());
}

/** Say over the plan what the next click does. */
export function showHint(words: Key | null): void {
  need("bench-hint").hidden = !words;
  need("bench-hint").replaceChildren(...(words ? [h("span", {}, t(words)), h("kbd", {}, "Esc"), h("span", { class: "secondary" }, t("bench.cancel"))] : []));
}
