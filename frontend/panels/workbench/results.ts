/** The record's panel: what comes out, what the checks say, what follows. */
import type { Check, Plot, Preview, RecordInfo, Shape } from "../../api/cadastre.js";
import { h, icon } from "../../dom.js";
import { digitsOf, isolated, listed, number, t } from "../../i18n.js";
import type { FamilyLine } from "./family.js";
import { papers } from "./head.js";

const CHECK_ICONS = { blocks: "octagon-x", needs_reason: "triangle-alert", info: "info" } as const;
const CHECK_CLASS = { blocks: "blocks", needs_reason: "reason", info: "" } as const;

interface Row {
  number: string;
  area_m2: number;
}

function row(entry: Row, css: string, words: string): HTMLTableRowElement {
  return h(
    "tr",
    { class: css },
    h("td", {}, h("bdi", {}, digitsOf(entry.number)), words ? ` ${words}` : ""),
    h("td", { class: "number" }, number(entry.area_m2, 2)),
    h("td", { class: "number" }, number(entry.area_m2 / 1000, 3)),
  );
}

function ledger(before: Row[], after: Plot[]): HTMLElement {
  const total = { number: t("bench.total"), area_m2: after.reduce((sum, plot) => sum + plot.area_m2, 0) };
  return h(
    "table",
    { class: "table ledger" },
    h("thead", {}, h("tr", {}, h("th", {}, t("bench.parcel")), h("th", { class: "number" }, t("bench.m2")), h("th", { class: "number" }, t("bench.dunum")))),
    h(
      "tbody",
      {},
      ...before.map((plot) => row(plot, "ended", t("bench.ends"))),
      ...after.map((plot) => row(plot, "opened", plot.land_use === "road" ? t("bench.road") : "")),
      row(total, "total", ""),
    ),
  );
}

/** The parcels of the draft so far. */
function resulting(record: RecordInfo): HTMLElement | null {
  const after = record.proposed.filter((plot) => plot.role !== "noded");
  const noded = new Set(record.proposed.filter((plot) => plot.role === "noded").map((plot) => plot.continues));
  const before = record.ended.filter((plot) => !noded.has(Number(plot.key.slice(1))));
  return after.length || before.length ? ledger(before, after) : null;
}

/** The ways to keep or drop a preview. */
export function keeping(keep: () => void, drop: () => void): HTMLElement[] {
  return [
    h("button", { class: "button primary", type: "button", id: "keep", onclick: keep }, t("bench.keep")),
    h("button", { class: "button quiet", type: "button", onclick: drop }, t("bench.drop")),
  ];
}

/** What an operation would make. */
function previewed(preview: Preview): HTMLElement {
  const fronts = preview.added.filter((plot) => plot.frontage_m && plot.land_use !== "road");
  return h(
    "section",
    { class: "stack preview", "aria-label": t("bench.preview") },
    h("h3", {}, t("bench.preview")),
    ledger(preview.removed, preview.added),
    fronts.length > 0 &&
      h("p", { class: "hint" }, t("bench.frontages"), " ", listed(fronts.map((plot) => `${plot.number}: ${number(plot.frontage_m ?? 0, 2)}`))),
    preview.noded > 0 && h("p", { class: "hint" }, t("bench.noded", { count: preview.noded })),
  );
}

/** Bring a fresh preview into view, with the button that keeps it in hand. */
export function reveal(): void {
  document.querySelector(".preview")?.scrollIntoView({ block: "nearest" });
  document.getElementById("keep")?.focus({ preventScroll: true });
}

/** What each parcel of a preview would measure, a line each. */
export function sizes(preview: Preview): string {
  return preview.added.map((plot) => `${isolated(plot.number)}  ${number(plot.area_m2, 2)} ${t("bench.m2")}`).join("\n");
}

interface Deeds {
  show(place: Shape): void;
  give(check: Check, reason: string): void;
  attach(form: FormData): void;
}

/** A preview with its findings, or the draft so far with its findings, family and papers. */
export function results(record: RecordInfo | null, preview: Preview | null, family: FamilyLine, { show, give, attach }: Deeds): Node[] {
  if (!record) return [];
  if (preview) return [previewed(preview), h("h3", {}, t("bench.checks")), findings(preview.checks, show, null)];
  const table = resulting(record);
  return [
    ...(table ? [h("h3", {}, t("bench.resulting")), table, h("h3", {}, t("bench.checks")), findings(record.checks, show, record.is_editable ? give : null)] : []),
    ...[family.show(record)].filter((one) => one !== null),
    ...papers(record, attach),
  ];
}

/** The findings, worst first, each with a way to see it and, where it needs one, a place for the reason. */
function findings(checks: Check[], show: (place: Shape) => void, give: ((check: Check, reason: string) => void) | null): HTMLElement {
  if (checks.length === 0) return h("p", { class: "notice ok" }, icon("circle-check"), h("span", {}, t("bench.no_findings")));
  return h("ul", { class: "checks", role: "list" }, ...checks.map((check) => finding(check, show, give)));
}

function finding(check: Check, show: (place: Shape) => void, give: ((check: Check, reason: string) => void) | null): HTMLElement {
  const { place } = check;
  const words = h("textarea", { rows: 2, name: "reason", required: true });
  const form = h("form", { class: "stack tight" }, h("label", {}, t("bench.reason"), words), h("button", { class: "button" }, t("bench.give_reason")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give?.(check, words.value);
  });
  return h(
    "li",
    { class: CHECK_CLASS[check.severity] },
    icon(CHECK_ICONS[check.severity]),
    h(
      "div",
      { class: "stack tight" },
      h("strong", {}, t(`bench.${check.severity}`), " ", check.title),
      h("span", {}, check.message),
      check.reason && h("span", { class: "secondary" }, check.reason),
      check.severity === "needs_reason" && !check.reason && give !== null && form,
    ),
    place && h("button", { class: "link", type: "button", onclick: () => show(place) }, t("bench.show")),
  );
}
