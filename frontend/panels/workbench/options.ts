/** What each tool asks for: a hint and, where something is typed, a small form. */
import type { Edge, Plot, SurveyShape, XY } from "../../api/cadastre.js";
import { h, need } from "../../dom.js";
import { digitsOf, listed, number, t, type Key } from "../../i18n.js";
import type { Hold } from "../../map/held.js";
import { areaOf, lengthOf } from "../../map/measure.js";
import { acrossBearing, typed, type ToolId, type SplitWay, type BoundaryWay, type Ways } from "./tools.js";

export type { Ways };

interface Handlers {
  way(change: Partial<Ways>): void;
  preview(form: FormData): void;
  typedPoint(form: FormData): void;
  hold(hold: Hold): void;
  side(edge: Edge | null): void;
  corners(text: string, crs: string): void;
  survey(form: FormData): void;
  take(shapes: SurveyShape[]): void;
  traverse(start: string, legs: string): void;
}

const SPLITS: SplitWay[] = ["line", "parts", "areas", "frontage", "strip"];
const BOUNDARIES: BoundaryWay[] = ["move", "insert", "delete", "reshape"];

function field(name: string, label: Key, value = "", attributes: Record<string, string | boolean> = {}): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: `field-${name}` }, t(label)), h("input", { id: `field-${name}`, name, value, inputmode: "decimal", dir: "ltr", ...attributes }));
}

function segmented<T extends string>(values: T[], now: T, title: (value: T) => string, choose: (value: T) => void): HTMLElement {
  return h("span", { class: "segmented" }, ...values.map((value) => h("button", { type: "button", "aria-pressed": String(value === now), "data-way": value, onclick: () => choose(value) }, title(value))));
}

function form(children: (Node | false)[], submit: (data: FormData) => void, button: Key): HTMLFormElement {
  const made = h("form", { class: "stack tight" }, ...children, h("button", { class: "button" }, t(button)));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(new FormData(made));
  });
  return made;
}

/** A point typed as coordinates, or as bearing and distance from the last one; these can also be held for the mouse. */
function pointEntry(handlers: Handlers, hold: Hold): HTMLElement {
  const made = form([field("east", "bench.east"), field("north", "bench.north"), field("bearing", "bench.bearing_of_line"), field("distance", "bench.distance")], handlers.typedPoint, "bench.add_point");
  const value = (name: string): number | null => {
    const number = typed(String(new FormData(made).get(name) ?? ""));
    return Number.isFinite(number) ? number : null;
  };
  const keep = h("button", { type: "button", class: "button quiet", id: "hold", onclick: () => handlers.hold({ bearing: value("bearing"), length: value("distance") }) }, t("bench.hold"));
  made.append(keep);
  return h("div", { class: "stack tight" }, h("details", { class: "typed" }, h("summary", {}, t("bench.typed_point")), made), heldNow(handlers, hold));
}

function heldNow(handlers: Handlers, { bearing, length }: Hold): HTMLElement | null {
  const what = [bearing !== null && `${number(bearing, 2)}°`, length !== null && t("unit.m", { value: number(length, 2) })].filter(Boolean).join(" · ");
  if (!what) return null;
  return h("p", { class: "notice info", id: "held" }, h("span", { class: "grow" }, t("bench.held_now", { what })), h("button", { type: "button", class: "link", onclick: () => handlers.hold({ bearing: null, length: null }) }, t("bench.release")));
}

const MOST_SIDES = 80;

/** Which side of the parcels is meant: the street, or an edge that is chosen here or clicked on. */
function sideField(chosen: Plot[], handlers: Handlers): HTMLElement {
  const edges = chosen.flatMap((plot) => plot.edges.map((edge) => ({ plot, edge }))).slice(0, MOST_SIDES);
  const words = (plot: Plot, edge: Edge): string => `${chosen.length > 1 ? `${digitsOf(plot.number)}: ` : ""}${t("unit.m", { value: number(edge.length_m, 2) })} · ${number(edge.bearing, 1)}°`;
  const list = h(
    "select",
    { id: "field-near", name: "near", onchange: () => handlers.side(edges[list.selectedIndex - 1]?.edge ?? null) },
    h("option", { value: "" }, t("bench.street_side")),
    ...edges.map(({ plot, edge }) => h("option", { value: middleOf(edge).join(" ") }, words(plot, edge))),
  );
  return h("div", { class: "field" }, h("label", { for: "field-near" }, t("bench.side")), list, h("p", { class: "hint" }, t("bench.side_hint")));
}

export function middleOf({ from, to }: Edge): XY {
  return [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
}

/** Lines and outlines from a surveyor's file, to be taken one by one or, lines, all at once. */
function surveyEntry(handlers: Handlers, found: SurveyShape[]): HTMLElement {
  const file = h("input", { type: "file", name: "file", accept: ".dxf,.csv,.txt", required: true, id: "field-survey" });
  const lines = found.filter((one) => one.kind === "line");
  const list = h(
    "ul",
    { class: "actions", id: "survey-found" },
    ...found.slice(0, 40).map((one) => h("li", {}, h("button", { class: "link", type: "button", onclick: () => handlers.take([one]) }, surveyWords(one)))),
    lines.length > 1 && h("li", {}, h("button", { class: "link", type: "button", onclick: () => handlers.take(lines) }, t("bench.survey_all", { count: lines.length }))),
  );
  return h(
    "details",
    { class: "survey", ...(found.length ? { open: true } : {}) },
    h("summary", {}, t("bench.survey")),
    form([h("label", { for: "field-survey" }, t("bench.survey_hint")), file, need<HTMLTemplateElement>("survey-choice").content.cloneNode(true), gridChoice()], handlers.survey, "bench.survey_read"),
    found.length > 0 && list,
  );
}

function surveyWords(one: SurveyShape): string {
  const size = one.area_m2 === null ? t("unit.m", { value: number(one.length_m, 2) }) : t("unit.m2", { value: number(one.area_m2, 2) });
  return `${t(`bench.survey_${one.kind}`, { count: one.points.length })} · ${size}${one.layer ? ` · ${one.layer}` : ""}`;
}

function gridChoice(): Node {
  return need<HTMLTemplateElement>("grid-choice").content.cloneNode(true);
}

function splitOptions(ways: Ways, chosen: Plot[], handlers: Handlers, found: SurveyShape[], hold: Hold): (Node | false)[] {
  const [first] = chosen;
  const forms: Record<SplitWay, () => (Node | false)[]> = {
    line: () => [h("p", { class: "hint" }, t("bench.split_line_hint")), pointEntry(handlers, hold), surveyEntry(handlers, found)],
    parts: () => [form([field("count", "bench.count", "2"), field("bearing", "bench.bearing", first ? String(acrossBearing(first)) : "")], handlers.preview, "bench.preview")],
    areas: () => [
      form(
        [
          field("sizes", "bench.sizes"),
          h("label", { class: "check" }, h("input", { type: "checkbox", name: "as", value: "shares" }), ` ${t("bench.as_shares")}`),
          field("bearing", "bench.bearing", first ? String(acrossBearing(first)) : ""),
        ],
        handlers.preview,
        "bench.preview",
      ),
    ],
    frontage: () => [
      form(
        [sideField(chosen.slice(0, 1), handlers), field("frontage", "bench.frontage"), h("label", { class: "check" }, h("input", { type: "checkbox", name: "spread" }), ` ${t("bench.spread")}`), field("bearing", "bench.square_bearing")],
        handlers.preview,
        "bench.preview",
      ),
    ],
    strip: () => [h("p", { class: "hint" }, t("bench.strip_hint")), form([sideField(chosen, handlers), field("width", "bench.width")], handlers.preview, "bench.preview")],
  };
  return [segmented(SPLITS, ways.split, (way) => t(`bench.split_${way}`), (split) => handlers.way({ split })), ...forms[ways.split]()];
}

function newOptions(handlers: Handlers, found: SurveyShape[], hold: Hold): Node[] {
  const grid = h("div", {}, gridChoice());
  const crs = (): string => grid.querySelector("select")?.value ?? "";
  const pasted = h("textarea", { rows: 4, name: "corners", dir: "ltr", id: "field-corners" });
  const start = h("input", { name: "start", dir: "ltr", id: "field-start" });
  const rows = h("textarea", { rows: 4, name: "legs", dir: "ltr", id: "field-legs" });
  return [
    h("p", { class: "hint" }, t("bench.new_hint")),
    pointEntry(handlers, hold),
    h("details", { class: "pasted" }, h("summary", {}, t("bench.paste")), h("div", { class: "stack tight" }, h("label", { for: "field-corners" }, t("bench.paste_hint")), pasted, grid, h("button", { class: "button", type: "button", onclick: () => handlers.corners(pasted.value, crs()) }, t("bench.preview")))),
    h(
      "details",
      { class: "traverse" },
      h("summary", {}, t("bench.traverse")),
      h("div", { class: "stack tight" }, h("label", { for: "field-start" }, t("bench.traverse_start")), start, h("label", { for: "field-legs" }, t("bench.traverse_hint")), rows, h("button", { class: "button", type: "button", onclick: () => handlers.traverse(start.value, rows.value) }, t("bench.compute"))),
    ),
    surveyEntry(handlers, found),
  ];
}

/** Build a tool's options; `chosen` are the parcels that it would work on. */
export function options(tool: ToolId, ways: Ways, chosen: Plot[], found: SurveyShape[], hold: Hold, handlers: Handlers): HTMLElement {
  const named = listed(chosen.map((plot) => digitsOf(plot.number)));
  const list: Partial<Record<ToolId, () => (Node | false)[]>> = {
    split: () => (chosen.length ? splitOptions(ways, chosen, handlers, found, hold) : [h("p", { class: "hint" }, t("bench.choose_first"))]),
    merge: () => [h("p", { class: "hint" }, t("bench.merge_hint")), chosen.length > 1 && form([], handlers.preview, "bench.preview")],
    boundary: () => [
      segmented(BOUNDARIES, ways.boundary, (way) => t(`bench.boundary_${way}`), (boundary) => handlers.way({ boundary })),
      h("p", { class: "hint" }, t(`bench.boundary_${ways.boundary}_hint`)),
      pointEntry(handlers, hold),
    ],
    new: () => newOptions(handlers, found, hold),
    ruler: () => [h("p", { class: "hint" }, t("bench.ruler_hint")), pointEntry(handlers, hold)],
  };
  return h(
    "div",
    { class: "stack tight" },
    chosen.length > 0 && h("p", {}, t("bench.chosen"), " ", h("bdi", {}, named), chosen.length === 1 && ` · ${t("unit.m2", { value: number(chosen[0]?.area_m2 ?? 0, 2) })}`),
    ...(list[tool]?.() ?? []),
  );
}

/** East and north in a typed text. */
export function placeOf(text: string): XY | null {
  const numbers = text.trim().split(/[\s;]+/).map(typed);
  return numbers.length === 2 && numbers.every(Number.isFinite) ? (numbers as XY) : null;
}

/** The length of what is being drawn, or its area when it closes. */
export function measured(points: XY[], closes: boolean): string {
  if (!closes) return t("unit.m", { value: number(lengthOf(points), 2) });
  const area = areaOf(points);
  return `${t("unit.m2", { value: number(area, 2) })} · ${number(area / 1000, 3)} ${t("bench.dunum")}`;
}

/** What is selected in a list of the panel. */
export function selected(name: string): string {
  return document.querySelector<HTMLSelectElement>(`[name=${name}]`)?.value ?? "";
}
