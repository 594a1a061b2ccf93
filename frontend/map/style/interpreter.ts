/** Draws a collection's style (docs/styles.md) with the map library. */
import type { FeatureLike } from "ol/Feature.js";
import { getArea } from "ol/extent.js";
import { Circle, Fill, Icon, Stroke, Style } from "ol/style.js";
import type { StyleFunction } from "ol/style/Style.js";
import type { Rule } from "../../api/types.js";
import { type Compiled, type Scope, compile } from "./expression.js";
import { DrawingState, type LabelLook, lineLabel, pointLabel } from "./labels.js";
import { iconImage, pattern } from "./patterns.js";

const EQUATOR_ZOOM_0 = 78271.516964; // metres per pixel of one 512 px tile round the equator
const KINDS: Record<string, string> = {
  Polygon: "Polygon",
  MultiPolygon: "Polygon",
  LineString: "LineString",
  MultiLineString: "LineString",
};

interface Part {
  type: string;
  minzoom: number;
  maxzoom: number;
  filter: Compiled | null;
  look: Map<string, Compiled>;
  zIndex: number;
}

/** Convert the map's resolution to MapLibre's zoom. */
export function zoomOf(resolution: number): number {
  return Math.log2(EQUATOR_ZOOM_0 / resolution);
}

/** Return how a rule gathers points into clusters, if it does. */
export function clusterOf(rule: Rule): { radius: number } | null {
  const metadata = rule["metadata"] as Record<string, unknown> | undefined;
  return (metadata?.["gis:cluster"] as { radius: number } | undefined) ?? null;
}

/** Say whether a rule is drawn from counts (map/density.ts), not from the features of tiles. */
export function isDense(rule: Rule): boolean {
  return rule["type"] === "heatmap" || clusterOf(rule) !== null;
}

function part(rule: Rule, index: number): Part {
  const values = { ...(rule["layout"] as Rule | undefined), ...(rule["paint"] as Rule | undefined) };
  return {
    type: String(rule["type"]),
    minzoom: Number(rule["minzoom"] ?? 0),
    maxzoom: Number(rule["maxzoom"] ?? 30),
    filter: rule["filter"] ? compile(rule["filter"]) : null,
    look: new Map(Object.entries(values).map(([name, value]) => [name, compile(value)])),
    zIndex: index,
  };
}

class Reader {
  constructor(
    private readonly look: Map<string, Compiled>,
    private readonly scope: Scope,
  ) {}

  number(name: string, otherwise: number): number {
    const value = this.look.get(name)?.(this.scope);
    return typeof value === "number" ? value : otherwise;
  }

  text(name: string, otherwise: string): string {
    const value = this.look.get(name)?.(this.scope);
    return value === null || value === undefined || value === "" ? otherwise : String(value);
  }

  list(name: string): number[] | null {
    const value = this.look.get(name)?.(this.scope);
    return Array.isArray(value) ? value.map(Number) : null;
  }

  flag(name: string): boolean {
    return Boolean(this.look.get(name)?.(this.scope));
  }
}

const shared = new Map<string, Style>();

function sharedStyle(key: string, make: () => Style): Style {
  let style = shared.get(key);
  if (!style) {
    style = make();
    shared.set(key, style);
  }
  return style;
}

/** Mix an opacity into a colour. */
export function faded(colour: string, opacity: number): string {
  if (opacity >= 1) return colour;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!hex) return colour;
  const [red, green, blue] = hex.slice(1).map((pair) => parseInt(pair, 16));
  return `rgba(${red},${green},${blue},${Math.max(0, opacity)})`;
}

function fill(read: Reader, zIndex: number): Style {
  const opacity = read.number("fill-opacity", 1);
  const name = read.text("fill-pattern", "");
  const colour = name ? read.text("gis:pattern-color", "#14222B") : read.text("fill-color", "#000000");
  const outline = read.text("fill-outline-color", "");
  return sharedStyle(`f|${name}|${colour}|${opacity}|${outline}|${zIndex}`, () => {
    const paint = faded(colour, opacity);
    const color = name ? pattern(name, paint, window.devicePixelRatio || 1) : paint;
    return new Style({
      fill: new Fill({ color }),
      ...(outline ? { stroke: new Stroke({ color: outline, width: 1 }) } : {}),
      zIndex,
    });
  });
}

function line(read: Reader, zIndex: number): Style | null {
  const width = Math.round(read.number("line-width", 1) * 10) / 10;
  if (width <= 0) return null;
  const color = faded(read.text("line-color", "#000000"), read.number("line-opacity", 1));
  const dash = read.list("line-dasharray");
  const cap = read.text("line-cap", dash ? "butt" : "round") as CanvasLineCap;
  const join = read.text("line-join", "round") as CanvasLineJoin;
  return sharedStyle(`l|${color}|${width}|${dash}|${cap}|${join}|${zIndex}`, () => {
    const stroke = new Stroke({ color, width, lineCap: cap, lineJoin: join, ...(dash ? { lineDash: dash } : {}) });
    return new Style({ stroke, zIndex });
  });
}

function circle(read: Reader, zIndex: number): Style {
  const radius = read.number("circle-radius", 5);
  const color = faded(read.text("circle-color", "#000000"), read.number("circle-opacity", 1));
  const edge = read.text("circle-stroke-color", "");
  const width = read.number("circle-stroke-width", 0);
  return sharedStyle(`c|${radius}|${color}|${edge}|${width}|${zIndex}`, () => {
    const stroke = edge && width > 0 ? { stroke: new Stroke({ color: edge, width }) } : {};
    return new Style({ image: new Circle({ radius, fill: new Fill({ color }), ...stroke }), zIndex });
  });
}

function symbolIcon(read: Reader, zIndex: number): Style | null {
  const name = read.text("icon-image", "");
  if (!name) return null;
  const color = read.text("icon-color", "#14222B");
  const halo = read.text("icon-halo-color", "#FFFFFF");
  const size = read.number("icon-size", 16);
  return sharedStyle(`i|${name}|${color}|${halo}|${size}|${zIndex}`, () => {
    const ratio = Math.ceil(window.devicePixelRatio || 1);
    const img = iconImage(name, color, halo, size, ratio);
    return new Style({ image: new Icon({ img, scale: 1 / ratio, declutterMode: "none" }), zIndex });
  });
}

function labelLook(read: Reader, zIndex: number): LabelLook {
  const offset = read.list("text-offset") ?? [0, 0];
  return {
    size: read.number("text-size", 12),
    weight: read.number("text-weight", 500),
    colour: read.text("text-color", "#14222B"),
    halo: read.text("text-halo-color", "#FFFFFF"),
    haloWidth: read.number("text-halo-width", 1.5),
    offset: [offset[0] ?? 0, offset[1] ?? 0],
    overlap: read.flag("text-allow-overlap"),
    zIndex,
  };
}

interface LabelContext {
  feature: FeatureLike;
  resolution: number;
  owners: DrawingState;
  zoom: number;
}

function label(read: Reader, zIndex: number, context: LabelContext): Style | null {
  const value = read.text("text-field", "");
  if (!value) return null;
  const look = labelLook(read, zIndex);
  if (read.text("symbol-placement", "point") === "line") {
    return lineLabel(value, look, context.feature, context.resolution);
  }
  if (context.owners.muted !== null && String(context.feature.getId()) === context.owners.muted) return null;
  const geometry = context.feature.getGeometry();
  const size = geometry ? getArea(geometry.getExtent()) : 0;
  const key = `${Math.round(context.zoom)}/${zIndex}/${String(context.feature.getId() ?? value)}`;
  return context.owners.owns(key, context.feature, size) ? pointLabel(value, look) : null;
}

/** Which half of a style: shapes and icons, or the texts, which lie above all shapes of all layers. */
export type Half = "shapes" | "texts";

/** Make the drawing function of half a style; `owners` keeps one label for each feature. */
export function interpret(rules: Rule[], half: Half, owners: DrawingState, groundScale: () => number): StyleFunction {
  const parts = rules
    .filter((rule) => !isDense(rule))
    .map(part)
    .filter((one) => half === "shapes" || one.look.has("text-field"));
  return (feature, resolution) => {
    if (owners.hides?.((name) => feature.get(name))) return [];
    const zoom = zoomOf(resolution);
    const kind = feature.getGeometry()?.getType() ?? "Point";
    const scope: Scope = {
      get: (name) => feature.get(name),
      kind: KINDS[kind] ?? "Point",
      zoom,
      metresPerPixel: resolution * groundScale(),
    };
    const styles: Style[] = [];
    for (const one of parts) {
      if (zoom + 0.001 < one.minzoom || zoom >= one.maxzoom) continue;
      if (one.filter && !one.filter(scope)) continue;
      draw(one, half, new Reader(one.look, scope), { feature, resolution, owners, zoom }, styles);
    }
    return styles;
  };
}

function draw(one: Part, half: Half, read: Reader, context: LabelContext, into: Style[]): void {
  const style = half === "texts" ? label(read, one.zIndex, context) : shape(one, read);
  if (style) into.push(style);
}

function shape(one: Part, read: Reader): Style | null {
  if (one.type === "fill") return fill(read, one.zIndex);
  if (one.type === "line") return line(read, one.zIndex);
  if (one.type === "circle") return circle(read, one.zIndex);
  return one.type === "symbol" ? symbolIcon(read, one.zIndex) : null;
}
