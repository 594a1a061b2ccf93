/** Legend swatches: the same style drawn small, as SVG. */
import type { Rule } from "../../api/types.js";
import { svg } from "../../dom.js";
import { type Scope, compile } from "./expression.js";
import { SHAPES } from "./patterns.js";

const WIDTH = 28;
const HEIGHT = 18;
const NOWHERE: Scope = { get: () => null, kind: "Polygon", zoom: 17, metresPerPixel: 0.5 };

type Read = (name: string) => unknown;

function reader(rule: Rule): Read {
  const values = { ...(rule["layout"] as Rule | undefined), ...(rule["paint"] as Rule | undefined) };
  return (name) => (name in values ? compile(values[name])(NOWHERE) : undefined);
}

function area(read: Read): SVGElement {
  const box = { x: 1, y: 1, width: WIDTH - 2, height: HEIGHT - 2, rx: 2 };
  const name = read("fill-pattern");
  if (typeof name !== "string") {
    const fill = String(read("fill-color") ?? "none");
    return svg("rect", { ...box, fill, "fill-opacity": Number(read("fill-opacity") ?? 1) });
  }
  const colour = String(read("gis:pattern-color") ?? "#14222B");
  return svg("path", name === "dots" ? dots(colour) : { d: "M5 17 17 1M12 17 24 1M19 17 27 6M3 10 10 1", stroke: colour, "stroke-width": 1.5, fill: "none" });
}

function dots(fill: string): Record<string, string | number> {
  const dot = (x: number, y: number): string => `M${x - 1.5} ${y}a1.5 1.5 0 1 0 3 0a1.500 1.500 0 1 0-3 0`;
  return { d: [dot(7, 5), dot(14, 12), dot(21, 5), dot(7, 12), dot(21, 12), dot(14, 5)].join(""), fill };
}

function stroke(read: Read, isOutline: boolean, widest: number): SVGElement {
  const width = Math.min(Math.max(Number(read("line-width") ?? 1), 1), isOutline ? 1.6 : widest);
  const dash = read("line-dasharray");
  const look = {
    stroke: String(read("line-color") ?? "#14222B"),
    "stroke-opacity": Number(read("line-opacity") ?? 1),
    "stroke-width": width,
    fill: "none",
    ...(Array.isArray(dash) ? { "stroke-dasharray": dash.join(" ") } : {}),
  };
  if (isOutline) return svg("rect", { x: 1, y: 1, width: WIDTH - 2, height: HEIGHT - 2, rx: 2, ...look });
  return svg("path", { d: `M1 ${HEIGHT / 2}H${WIDTH - 1}`, ...look });
}

function dot(read: Read): SVGElement {
  return svg("circle", {
    cx: WIDTH / 2,
    cy: HEIGHT / 2,
    r: Math.min(Number(read("circle-radius") ?? 5), 8),
    fill: String(read("circle-color") ?? "#14222B"),
    stroke: String(read("circle-stroke-color") ?? "none"),
    "stroke-width": Number(read("circle-stroke-width") ?? 0),
  });
}

function sign(read: Read): SVGElement | null {
  const name = read("icon-image");
  if (typeof name !== "string") return null;
  const colour = String(read("icon-color") ?? "#14222B");
  const edge = read("icon-halo-color");
  return svg("path", {
    d: SHAPES[name] ?? SHAPES["circle"] ?? "",
    transform: `translate(${WIDTH / 2 - 8} ${HEIGHT / 2 - 8})`,
    fill: colour,
    "fill-rule": "evenodd",
    ...(typeof edge === "string" ? { stroke: edge, "stroke-width": 1.6, "paint-order": "stroke" } : {}),
  });
}

/** Four strips from thin to dense, as a heat map is read. */
function strips(rule: Rule): SVGElement {
  const colours = ((rule["paint"] as Rule | undefined)?.["heatmap-color"] ?? []) as unknown[];
  const shades = colours.filter((one, index) => index > 4 && typeof one === "string").slice(-4);
  const width = (WIDTH - 2) / 4;
  return svg("g", {}, ...shades.map((fill, at) => svg("rect", { x: 1 + at * width, y: 1, width, height: HEIGHT - 2, fill: String(fill) })));
}

/** Draw some of a style's layers as one swatch on the map's own ground. */
export function swatch(rules: Rule[]): SVGElement {
  const hasArea = rules.some((rule) => rule["type"] === "fill");
  const shapes = rules.map((rule, index) => {
    const read = reader(rule);
    if (rule["type"] === "fill") return area(read);
    if (rule["type"] === "line") return stroke(read, hasArea, 8 - 2.5 * index);
    if (rule["type"] === "circle") return dot(read);
    if (rule["type"] === "heatmap") return strips(rule);
    return sign(read);
  });
  const shown = shapes.filter((shape) => shape !== null);
  return svg("svg", { class: "swatch", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...shown);
}
