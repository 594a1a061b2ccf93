/** Draw one feature of a layer, or change its shape: corners snap to what is drawn near, every step can be undone. */
import type Map from "ol/Map.js";
import Feature from "ol/Feature.js";
import Collection from "ol/Collection.js";
import GeoJSON from "ol/format/GeoJSON.js";
import type OlGeometry from "ol/geom/Geometry.js";
import { MultiPoint, type SimpleGeometry } from "ol/geom.js";
import Draw from "ol/interaction/Draw.js";
import Modify from "ol/interaction/Modify.js";
import Snap from "ol/interaction/Snap.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, RegularShape, Stroke, Style } from "ol/style.js";
import { readFeatures } from "../api/client.js";
import type { Geometry } from "../api/types.js";
import { toLonLat } from "./projections.js";

const DRAFT = "#C8321A";
const SNAP_PX = 10;
const MOST_NEAR = 400;
const FORMAT = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });
const SKETCH = [
  new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 5 }) }),
  new Style({
    stroke: new Stroke({ color: DRAFT, width: 2.4, lineDash: [8, 5] }),
    fill: new Fill({ color: "rgba(200,50,26,0.08)" }),
    image: new Circle({ radius: 6, fill: new Fill({ color: DRAFT }), stroke: new Stroke({ color: "#FFFFFF", width: 2 }) }),
  }),
  new Style({
    image: new RegularShape({ points: 4, radius: 6, angle: Math.PI / 4, fill: new Fill({ color: "#FFFFFF" }), stroke: new Stroke({ color: DRAFT, width: 1.6 }) }),
    geometry: (feature) => corners(feature.getGeometry() as OlGeometry | undefined) as MultiPoint,
  }),
];
const NEAR = new Style({ stroke: new Stroke({ color: "rgba(11,90,107,0.5)", width: 1 }), image: new Circle({ radius: 3, stroke: new Stroke({ color: "#0B5A6B" }) }) });

function corners(geometry: OlGeometry | undefined): MultiPoint | undefined {
  if (!geometry || geometry.getType().endsWith("Point")) return undefined;
  const flat = (geometry as SimpleGeometry).getFlatCoordinates();
  const points: number[][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) points.push([flat[at] ?? 0, flat[at + 1] ?? 0]);
  return new MultiPoint(points);
}

/** A shape being drawn or changed on a map. */
export class Sketch {
  private readonly drawn = new VectorSource();
  private readonly near = new VectorSource();
  private readonly layers: VectorLayer[];
  private readonly interactions: (Draw | Modify | Snap)[] = [];
  private readonly past: OlGeometry[] = [];
  private readonly future: OlGeometry[] = [];
  private readonly isNew: boolean;
  isOver = false;
  private draw: Draw | null = null;
  private feature: Feature | null = null;
  private readonly onMove = (): void => void this.gather();
  /** Called after each step. */
  changed: () => void = () => undefined;

  constructor(
    private readonly map: Map,
    private readonly kind: string,
    private readonly snapTo: () => string[],
    start: Geometry | null,
  ) {
    this.isNew = start === null;
    const near = new VectorLayer({ source: this.near, style: NEAR, zIndex: 30000 });
    const drawn = new VectorLayer({ source: this.drawn, style: SKETCH, zIndex: 30001 });
    this.layers = [near, drawn];
    for (const layer of this.layers) map.addLayer(layer);
    if (start) this.begin(new Feature(FORMAT.readGeometry(start) ?? undefined));
    else this.drawNew();
    map.on("moveend", this.onMove);
    void this.gather();
    map.getViewport()?.classList.add("is-sketching");
  }

  get isComplete(): boolean {
    return this.feature !== null;
  }

  /** Whether what is shown is another shape than the one that it began with. */
  get isChanged(): boolean {
    return this.isNew || this.past.length > 0;
  }

  get canUndo(): boolean {
    return this.past.length > 0 || this.draw !== null;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** The shape as GeoJSON in degrees, in the layer's own type. */
  geometry(): Geometry | null {
    const geometry = this.feature?.getGeometry();
    if (!geometry) return null;
    const found = FORMAT.writeGeometryObject(geometry, { decimals: 11, rightHanded: true }) as Geometry;
    const isSingle = this.kind.startsWith("Multi") && !found.type.startsWith("Multi");
    return isSingle ? { type: `Multi${found.type}`, coordinates: [found.coordinates] } : found;
  }

  /** Put another shape in the place of the one drawn; it can be undone. */
  replace(geometry: Geometry): void {
    const now = this.feature?.getGeometry();
    const next = FORMAT.readGeometry(geometry);
    if (!this.feature || !now || !next) return;
    this.past.push(now.clone());
    this.future.length = 0;
    this.feature.setGeometry(next);
    this.changed();
  }

  undo(): void {
    if (this.draw && !this.feature) this.draw.removeLastPoint();
    else this.step(this.past, this.future);
    this.changed();
  }

  redo(): void {
    this.step(this.future, this.past);
    this.changed();
  }

  finish(): void {
    if (this.draw && !this.feature) this.draw.finishDrawing();
  }

  end(): void {
    this.isOver = true;
    this.map.un("moveend", this.onMove);
    for (const one of this.interactions) this.map.removeInteraction(one);
    for (const layer of this.layers) this.map.removeLayer(layer);
    this.map.getViewport()?.classList.remove("is-sketching");
  }

  private step(from: OlGeometry[], to: OlGeometry[]): void {
    const other = from.pop();
    const now = this.feature?.getGeometry();
    if (!other || !this.feature || !now) return;
    to.push(now.clone());
    this.feature.setGeometry(other);
  }

  private drawNew(): void {
    const type = (this.kind === "Geometry" ? "Polygon" : this.kind.replace("Multi", "")) as "Point" | "LineString" | "Polygon";
    this.draw = new Draw({ type, style: SKETCH, stopClick: true });
    this.draw.on("drawend", ({ feature }) => {
      this.remove(this.draw);
      this.draw = null;
      this.begin(feature);
      this.changed();
    });
    this.add(this.draw);
    this.snap();
  }

  private begin(feature: Feature): void {
    this.feature = feature;
    this.drawn.addFeature(feature);
    const modify = new Modify({ features: new Collection([feature]), pixelTolerance: SNAP_PX });
    modify.on("modifystart", () => {
      const now = feature.getGeometry();
      if (now) this.past.push(now.clone());
      this.future.length = 0;
    });
    modify.on("modifyend", () => this.changed());
    this.add(modify);
    this.snap();
  }

  private add(one: Draw | Modify | Snap): void {
    this.interactions.push(one);
    this.map.addInteraction(one);
  }

  private remove(one: Draw | null): void {
    if (one) this.map.removeInteraction(one);
  }

  /** Snapping must come after what it serves. */
  private snap(): void {
    this.add(new Snap({ source: this.near, pixelTolerance: SNAP_PX }));
  }

  /** Read the shapes in view of the layers that are on the map, to snap to. */
  private async gather(): Promise<void> {
    const [west = 0, south = 0, east = 0, north = 0] = this.map.getView().calculateExtent(this.map.getSize());
    const bbox = [...toLonLat([west, south]), ...toLonLat([east, north])].map((part) => part.toFixed(7)).join(",");
    const pages = await Promise.allSettled(this.snapTo().map((id) => readFeatures(id, { bbox, limit: MOST_NEAR })));
    this.near.clear(true);
    for (const page of pages) {
      if (page.status !== "fulfilled") continue;
      const shapes = page.value.features.filter((one) => one.geometry).map((one) => new Feature(FORMAT.readGeometry(one.geometry) ?? undefined));
      this.near.addFeatures(shapes);
    }
  }
}
