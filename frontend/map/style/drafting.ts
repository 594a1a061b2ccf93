/** How the drawing plan looks: black is registered, red is proposed. */
import type Feature from "ol/Feature.js";
import type { FeatureLike } from "ol/Feature.js";
import { LineString, MultiPoint, Point, type Geometry } from "ol/geom.js";
import { Circle, Fill, RegularShape, Stroke, Style, Text } from "ol/style.js";
import type { Plot } from "../../api/cadastre.js";
import { digitsOf, number, t } from "../../i18n.js";
import { FONT, canvasText } from "./labels.js";

const INK = "#14222B";
const PARCEL = "#4B463D";
const DRAFT = "#C8321A";
const PAPER = "#FAF8F3";

function words(text: string, color: string, font: string, offsetY = 0): Text {
  return new Text({
    text: canvasText(digitsOf(text)),
    font: `${font} ${FONT}`,
    fill: new Fill({ color }),
    stroke: new Stroke({ color: PAPER, width: 4 }),
    offsetY,
    overflow: true,
  });
}

function plotOf(feature: FeatureLike): Plot {
  return feature.get("plot") as Plot;
}

function isRoad(feature: FeatureLike): boolean {
  return plotOf(feature).land_use === "road";
}

/** Where labels would overlap, numbers go before lengths. */
const RANK = { number: 2, length: 1 } as const;

/** A plot's number and, when it is measured, its area beneath. */
function labelled(feature: FeatureLike, color: string, font: string, isMeasured: boolean): Style {
  const plot = plotOf(feature);
  const text = words(plot.number, color, font);
  const area = canvasText(digitsOf(t("unit.m2", { value: number(plot.area_m2, 2) })));
  if (isMeasured) text.setText([canvasText(digitsOf(plot.number)), `${font} ${FONT}`, "\n", "", area, `500 12px ${FONT}`]);
  return new Style({ geometry: new Point(plot.label), text, zIndex: RANK.number });
}

/** Lengths along the edges, where there is room for them. */
function lengths(feature: FeatureLike, resolution: number, color: string): Style[] {
  return plotOf(feature)
    .edges.filter((edge) => edge.length_m / resolution > 78)
    .map(({ from, to, length_m }) => {
      const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
      const upright = Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle;
      const text = words(number(length_m, 2), color, "500 12px", -9);
      text.setRotation(-upright);
      return new Style({ geometry: new Point([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]), text, zIndex: RANK.length });
    });
}

/** A plot's outline, number and, when near, its area and edge lengths. */
export function plotStyle(color: string, fill: string, dash: number[] | null, measures: boolean) {
  return (feature: FeatureLike, resolution: number): Style[] => {
    const plot = plotOf(feature);
    const stroke = new Stroke({ color, width: dash ? 2.2 : 1.3, ...(dash ? { lineDash: dash } : {}) });
    const styles = [new Style({ stroke, fill: new Fill({ color: fill }) })];
    const size = Math.sqrt(plot.area_m2) / resolution;
    const isMeasured = measures && size > 110;
    if (size > 28 && !(isRoad(feature) && !measures)) {
      styles.push(labelled(feature, color, size > 80 ? "600 16px" : "500 12px", isMeasured));
    }
    if (isMeasured) styles.push(...lengths(feature, resolution, color));
    return styles;
  };
}

/** The land itself, beneath what stands on it. */
function ground(feature: FeatureLike): Style {
  return new Style({ fill: new Fill({ color: isRoad(feature) ? "#FFFFFF" : PAPER }) });
}

const REGISTERED = plotStyle(PARCEL, "rgba(0,0,0,0)", null, false);
/** Registered boundaries and numbers; without the number where proposals stand on the parcel. */
function boundaries(feature: FeatureLike, resolution: number, replaced: ReadonlySet<number>): Style[] {
  const styles = REGISTERED(feature, resolution);
  const { key } = plotOf(feature);
  return key.startsWith("p") && replaced.has(Number(key.slice(1))) ? styles.slice(0, 1) : styles;
}

function chosen(feature: FeatureLike, resolution: number, isMeasured: boolean): Style[] {
  const corners = new MultiPoint(plotOf(feature).edges.map(({ from }) => from));
  return [
    new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 6 }) }),
    new Style({ stroke: new Stroke({ color: INK, width: 2.6 }) }),
    new Style({
      geometry: corners,
      image: new RegularShape({ points: 4, radius: 6, angle: Math.PI / 4, fill: new Fill({ color: "#FFFFFF" }), stroke: new Stroke({ color: INK, width: 1.6 }), declutterMode: "none" }),
    }),
    ...(isMeasured ? lengths(feature, resolution, INK) : []),
  ];
}

const SKETCH = new Style({
  stroke: new Stroke({ color: DRAFT, width: 2.6, lineDash: [8, 5] }),
  fill: new Fill({ color: "rgba(200,50,26,0.06)" }),
  image: new Circle({ radius: 4.5, fill: new Fill({ color: DRAFT }), stroke: new Stroke({ color: "#FFFFFF", width: 1.5 }) }),
});

/** The line being drawn, with the length of each stretch. */
export function sketchStyle(feature: FeatureLike, isMeasured = true): Style[] {
  const geometry = (feature as Feature<Geometry>).getGeometry();
  if (!(geometry instanceof LineString)) return [SKETCH];
  const styles = [new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 5 }) }), SKETCH];
  if (!isMeasured) return styles;
  geometry.forEachSegment((from, to) => {
    const length = Math.hypot((to[0] ?? 0) - (from[0] ?? 0), (to[1] ?? 0) - (from[1] ?? 0));
    const middle = new Point([((from[0] ?? 0) + (to[0] ?? 0)) / 2, ((from[1] ?? 0) + (to[1] ?? 0)) / 2]);
    if (length > 0.005) styles.push(new Style({ geometry: middle, text: words(number(length, 2), DRAFT, "600 13px", -12) }));
  });
  return styles;
}

const MARK = new Style({
  image: new RegularShape({ points: 4, radius: 9, angle: Math.PI / 4, stroke: new Stroke({ color: DRAFT, width: 2.4 }) }),
  stroke: new Stroke({ color: "#8F1238", width: 4 }),
  fill: new Fill({ color: "rgba(143,18,56,0.25)" }),
});

const CROSS = new Style({ image: new RegularShape({ points: 4, radius: 6, radius2: 0, stroke: new Stroke({ color: "#BFB6A4", width: 1 }), declutterMode: "none" }) });

function ticks(feature: FeatureLike): Style {
  const text = feature.get("text") as string | undefined;
  if (text === undefined) return CROSS;
  const label = words(text, "#63707A", "11px");
  const isTop = feature.get("side") === "top";
  label.setOffsetX(isTop ? 0 : 6);
  label.setOffsetY(isTop ? 12 : 0);
  label.setTextAlign(isTop ? "center" : "left");
  return new Style({ text: label });
}

const BUILDING = { fill: new Fill({ color: "#D9CBB8" }), stroke: new Stroke({ color: "#8C7C66", width: 1 }) };

const STREET = new Style({ stroke: new Stroke({ color: "#BFAE83", width: 1.2, lineDash: [10, 4, 2, 4] }) });

/** Buildings and street lines. */
function scenery(feature: FeatureLike, resolution: number): Style[] {
  return [feature.get("kind") === "street" ? STREET : building(feature, resolution)];
}

function building(feature: FeatureLike, resolution: number): Style {
  const label = (feature.get("label") as string | undefined) ?? "";
  return new Style({ ...BUILDING, ...(label && resolution < 0.06 ? { text: words(label, "#5A4C38", "11px") } : {}) });
}

export const draftingStyles = {
  scenery,
  in_force: ground,
  boundaries,
  others: plotStyle("#8C6BB8", "rgba(140,107,184,0.10)", [3, 4], false),
  proposed: plotStyle(DRAFT, "rgba(200,50,26,0.07)", [8, 5], true),
  preview: plotStyle(DRAFT, "rgba(200,50,26,0.12)", [4, 3], true),
  chosen,
  sketch: SKETCH,
  marks: MARK,
  ticks,
};
