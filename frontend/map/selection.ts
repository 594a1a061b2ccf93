/** The chosen feature: accent line on a white casing, a light fill, its number above; and those that are picked. */
import type Map from "ol/Map.js";
import Feature from "ol/Feature.js";
import type { FeatureLike } from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import { MultiPolygon, Polygon } from "ol/geom.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, Stroke, Style, Text } from "ol/style.js";
import type { Geometry } from "../api/types.js";
import { FONT, canvasText } from "./style/labels.js";

/** A shape that is not registered, and what is written in it. */
export interface Proposed {
  geometry: Geometry;
  label: string;
}

const ACCENT = "#0B5A6B";
const DRAFT = "#C8321A";

const CHOSEN = [
  new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 7 }), zIndex: 1 }),
  new Style({
    stroke: new Stroke({ color: ACCENT, width: 3 }),
    fill: new Fill({ color: "rgba(11,90,107,0.16)" }),
    zIndex: 2,
  }),
];
const CHOSEN_POINT = [
  new Style({ image: new Circle({ radius: 13, stroke: new Stroke({ color: "#FFFFFF", width: 7 }) }), zIndex: 1 }),
  new Style({
    image: new Circle({
      radius: 13,
      stroke: new Stroke({ color: ACCENT, width: 3 }),
      fill: new Fill({ color: "rgba(11,90,107,0.16)" }),
    }),
    zIndex: 2,
  }),
];
const PICKED = [
  new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 5 }), image: new Circle({ radius: 9, stroke: new Stroke({ color: "#FFFFFF", width: 5 }) }) }),
  new Style({ stroke: new Stroke({ color: ACCENT, width: 2 }), image: new Circle({ radius: 9, stroke: new Stroke({ color: ACCENT, width: 2 }) }) }),
];
const OUTLINE = [
  new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 6 }) }),
  new Style({ stroke: new Stroke({ color: DRAFT, width: 2, lineDash: [8, 5] }), fill: new Fill({ color: "rgba(200,50,26,0.08)" }) }),
];

/** A shape of many parts is named once, in its largest. */
function largest(feature: FeatureLike): Polygon | undefined {
  const shape = feature.getGeometry();
  if (shape instanceof MultiPolygon) return shape.getPolygons().sort((a, b) => b.getArea() - a.getArea())[0];
  return shape instanceof Polygon ? shape : undefined;
}

function labelStyle(label: string, color: string, size: number): Style[] {
  if (!label) return [];
  const text = new Text({
    text: canvasText(label),
    font: `600 ${size}px ${FONT}`,
    fill: new Fill({ color }),
    stroke: new Stroke({ color: "#FFFFFF", width: 4 }),
    overflow: true,
  });
  return [new Style({ text, zIndex: 3, geometry: largest })];
}

/** Shows at most one chosen feature, what is proposed in its place, and any number of picked features. */
export class Selection {
  private readonly source = new VectorSource();
  private readonly drafts = new VectorSource();
  private readonly picked = new VectorSource();
  private readonly format = new GeoJSON({ featureProjection: "EPSG:3857" });
  private label = "";

  constructor(map: Map) {
    map.addLayer(new VectorLayer({ source: this.drafts, style: (feature) => [...OUTLINE, ...labelStyle(String(feature.get("label") ?? ""), DRAFT, 12)], zIndex: 19890 }));
    map.addLayer(new VectorLayer({ source: this.picked, style: PICKED, zIndex: 19895 }));
    map.addLayer(
      new VectorLayer({
        source: this.source,
        zIndex: 19900,
        updateWhileAnimating: true,
        style: (feature) => {
          const kind = feature.getGeometry()?.getType() ?? "";
          return [...(kind.endsWith("Point") ? CHOSEN_POINT : CHOSEN), ...labelStyle(kind.endsWith("Polygon") ? this.label : "", ACCENT, 15)];
        },
      }),
    );
  }

  show(geometry: Geometry | null, label: string): void {
    this.label = label;
    this.source.clear();
    if (geometry) this.source.addFeature(this.read(geometry));
  }

  outline(parts: Proposed[]): void {
    this.drafts.clear();
    for (const { geometry, label } of parts) {
      const feature = this.read(geometry);
      feature.set("label", label);
      this.drafts.addFeature(feature);
    }
  }

  pick(geometries: Geometry[]): void {
    this.picked.clear();
    this.picked.addFeatures(geometries.map((one) => this.read(one)));
  }

  private read(geometry: Geometry): Feature {
    return new Feature(this.format.readGeometry(geometry) ?? undefined);
  }
}
