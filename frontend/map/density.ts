/** Heat and clusters: how many features lie where, asked of the portal for what is in view. */
import Feature from "ol/Feature.js";
import type Map from "ol/Map.js";
import ImageLayer from "ol/layer/Image.js";
import VectorLayer from "ol/layer/Vector.js";
import { Point } from "ol/geom.js";
import ImageCanvasSource from "ol/source/ImageCanvas.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, Stroke, Style, Text } from "ol/style.js";
import type { StyleFunction } from "ol/style/Style.js";
import { type Cell, readCells } from "../api/client.js";
import type { Rule } from "../api/types.js";
import { number } from "../i18n.js";
import { fromLonLat, toLonLat } from "./projections.js";
import { compile } from "./style/expression.js";
import { clusterOf, zoomOf } from "./style/interpreter.js";
import { FONT } from "./style/labels.js";

const MARGIN = 0.3;


function paintOf(rule: Rule): (name: string) => unknown {
  const values = (rule["paint"] as Rule | undefined) ?? {};
  return (name) => values[name];
}

/** One heat or cluster rule of a collection on the map. */
export class Density {
  private readonly layer: ImageLayer<ImageCanvasSource> | VectorLayer;
  private readonly radius: number;
  private cells: Cell[] = [];
  private request: AbortController | null = null;
  private asked = "";
  private readonly onMove = (): void => void this.refresh();

  constructor(
    private readonly map: Map,
    private readonly collection: string,
    private readonly rule: Rule,
    look: { zIndex: number; opacity: number; visible: boolean },
  ) {
    const cluster = clusterOf(rule);
    this.radius = cluster?.radius ?? Number(paintOf(rule)("heatmap-radius") ?? 30);
    this.layer = cluster ? this.circles() : this.heat();
    this.layer.setZIndex(look.zIndex);
    this.layer.setVisible(look.visible);
    this.fade(look.opacity);
    this.layer.set("density", collection);
    map.addLayer(this.layer);
    map.on("moveend", this.onMove);
    void this.refresh();
  }

  show(shown: boolean): void {
    this.layer.setVisible(shown);
    if (shown) void this.refresh();
  }

  fade(opacity: number): void {
    this.layer.setOpacity(opacity * Number(paintOf(this.rule)("heatmap-opacity") ?? 1));
  }

  remove(): void {
    this.request?.abort();
    this.map.un("moveend", this.onMove);
    this.map.removeLayer(this.layer);
  }

  private get inRange(): boolean {
    const zoom = zoomOf(this.map.getView().getResolution() ?? 1);
    return zoom >= Number(this.rule["minzoom"] ?? 0) && zoom < Number(this.rule["maxzoom"] ?? 30);
  }

  private async refresh(): Promise<void> {
    if (!this.layer.getVisible()) return;
    if (!this.inRange) return this.take([]);
    const resolution = this.map.getView().getResolution() ?? 1;
    const size = resolution * (clusterOf(this.rule) ? this.radius * 1.6 : Math.max(this.radius / 4, 4));
    const weight = paintOf(this.rule)("heatmap-weight");
    const query = {
      bbox: this.box(),
      size: size.toPrecision(6),
      ...(Array.isArray(weight) ? { weight: String(weight[1]) } : {}),
    };
    const asked = JSON.stringify(query);
    if (asked === this.asked) return;
    this.asked = asked;
    this.request?.abort();
    this.request = new AbortController();
    try {
      this.take(await readCells(this.collection, query, this.request.signal));
    } catch (error) {
      if (!(error instanceof DOMException)) this.asked = "";
    }
  }

  private box(): string {
    const [west = 0, south = 0, east = 0, north = 0] = this.map.getView().calculateExtent(this.map.getSize());
    const [dx, dy] = [(east - west) * MARGIN, (north - south) * MARGIN];
    const low = toLonLat([west - dx, south - dy]);
    const high = toLonLat([east + dx, north + dy]);
    return [...low, ...high].map((part) => part.toFixed(6)).join(",");
  }

  private take(cells: Cell[]): void {
    if (cells.length === 0) this.asked = "";
    this.cells = cells;
    const source = this.layer.getSource();
    if (source instanceof VectorSource) {
      source.clear(true);
      source.addFeatures(cells.map(([lon, lat, count]) => new Feature({ geometry: new Point(fromLonLat([lon, lat])), count })));
    } else source?.changed();
  }

  private circles(): VectorLayer {
    const paint = paintOf(this.rule);
    const colour = String(paint("circle-color") ?? "#0b5a6b");
    const fill = new Fill({ color: colour });
    const ink = new Fill({ color: isLight(colour) ? "#14222b" : "#ffffff" });
    const stroke = new Stroke({ color: String(paint("circle-stroke-color") ?? "#ffffff"), width: 2 });
    const style: StyleFunction = (feature) => {
      const count = Number(feature.get("count"));
      const radius = Math.min(10 + 3.2 * Math.log2(count + 1), 34);
      const text = new Text({ text: number(count), font: `600 13px ${FONT}`, fill: ink });
      return new Style({ image: new Circle({ radius, fill, stroke }), text });
    };
    return new VectorLayer({ source: new VectorSource(), style });
  }

  private heat(): ImageLayer<ImageCanvasSource> {
    const source = new ImageCanvasSource({
      canvasFunction: (extent, resolution, ratio, size) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [Math.round(size[0] ?? 1), Math.round(size[1] ?? 1)];
        const [west = 0, , , north = 0] = extent;
        const scale = ratio / resolution;
        const places = this.cells.map(([lon, lat, , weight]): [number, number, number] => {
          const [x = 0, y = 0] = fromLonLat([lon, lat]);
          return [(x - west) * scale, (north - y) * scale, weight];
        });
        glow(canvas, places, this.radius * ratio, shades(paintOf(this.rule)("heatmap-color")));
        return canvas;
      },
      ratio: 1,
    });
    return new ImageLayer({ source });
  }
}

function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = (/^#(..)(..)(..)$/.exec(colour) ?? []).slice(1).map((pair) => parseInt(pair, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150;
}

/** Draw soft spots one over the other, then read their strength as a place in the shades. */
function glow(canvas: HTMLCanvasElement, places: [number, number, number][], radius: number, colours: Uint8ClampedArray): void {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || places.length === 0) return;
  const most = strongest(places, radius);
  const spot = softSpot(radius);
  for (const [x, y, weight] of places) {
    context.globalAlpha = Math.min(Math.max(weight / most, 0.02), 1);
    context.drawImage(spot, x - radius, y - radius);
  }
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = image.data;
  for (let at = 0; at < pixels.length; at += 4) {
    const strength = (pixels[at + 3] ?? 0) * 4;
    for (let part = 0; part < 4; part += 1) pixels[at + part] = colours[strength + part] ?? 0;
  }
  context.putImageData(image, 0, 0);
}

/** The weight that lies in the fullest square of one radius: what the strongest shade stands for. */
function strongest(places: [number, number, number][], radius: number): number {
  const sums = new globalThis.Map<string, number>();
  for (const [x, y, weight] of places) {
    const key = `${Math.floor(x / radius)},${Math.floor(y / radius)}`;
    sums.set(key, (sums.get(key) ?? 0) + weight);
  }
  return Math.max(...sums.values(), 1e-9);
}

function softSpot(radius: number): HTMLCanvasElement {
  const spot = document.createElement("canvas");
  spot.width = spot.height = Math.ceil(2 * radius);
  const context = spot.getContext("2d");
  const fade = context?.createRadialGradient(radius, radius, 0, radius, radius, radius);
  fade?.addColorStop(0, "rgba(0,0,0,0.9)");
  fade?.addColorStop(1, "rgba(0,0,0,0)");
  if (context && fade) {
    context.fillStyle = fade;
    context.fillRect(0, 0, spot.width, spot.height);
  }
  return spot;
}

/** The 256 shades of `heatmap-color`, an interpolation over the density from 0 to 1. */
function shades(expression: unknown): Uint8ClampedArray {
  const strip = document.createElement("canvas");
  [strip.width, strip.height] = [256, 1];
  const context = strip.getContext("2d");
  if (!context || !Array.isArray(expression)) return new Uint8ClampedArray(1024);
  const gradient = context.createLinearGradient(0, 0, 256, 0);
  for (let at = 3; at + 1 < expression.length; at += 2) {
    const colour = compile(expression[at + 1])({ get: () => null, kind: "Point", zoom: 0, metresPerPixel: 1 });
    gradient.addColorStop(Number(expression[at]), String(colour));
  }
  context.fillStyle = gradient;
  context.fillRect(0, 0, 256, 1);
  return context.getImageData(0, 0, 256, 1).data;
}
