/** Measuring by drawing: lengths and areas in the national grid, where the register's areas live. */
import type Map from "ol/Map.js";
import type Feature from "ol/Feature.js";
import { LineString, Polygon, type Geometry } from "ol/geom.js";
import Draw from "ol/interaction/Draw.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { unByKey } from "ol/Observable.js";
import { Circle, Fill, Stroke, Style } from "ol/style.js";
import type { GridInfo, LonLat } from "../api/types.js";
import { type Projector, projector, toLonLat } from "./projections.js";

export type MeasureKind = "length" | "area";

export interface Measured {
  kind: MeasureKind;
  /** Metres along the line or round the area. */
  length: number;
  /** Square metres; 0 for a line. */
  area: number;
  points: number;
  /** The points drawn, in longitude and latitude. */
  line: LonLat[];
  isFinished: boolean;
}

const STYLE = [
  new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 6 }) }),
  new Style({
    stroke: new Stroke({ color: "#C8321A", width: 2.5, lineDash: [8, 5] }),
    fill: new Fill({ color: "rgba(200,50,26,0.10)" }),
    image: new Circle({ radius: 5, fill: new Fill({ color: "#C8321A" }), stroke: new Stroke({ color: "#FFFFFF", width: 2 }) }),
  }),
];

/** One measurement at a time. */
export class Measure {
  private readonly source = new VectorSource();
  private draw: Draw | null = null;
  private project: Projector | null = null;
  onChange: (measured: Measured | null) => void = () => undefined;
  private announce: () => void = () => undefined;

  constructor(
    private readonly map: Map,
    private readonly grid: GridInfo,
  ) {
    map.addLayer(new VectorLayer({ source: this.source, style: STYLE, zIndex: 19920 }));
  }

  get isActive(): boolean {
    return this.draw !== null;
  }

  /**
   * Begin to draw at once, so that the very next click counts; what was measured before is cleared.
   * A first result may have to wait for the grid's definition.
   */
  start(kind: MeasureKind): void {
    this.stop();
    if (!this.project) void this.learn();
    const draw = new Draw({ source: this.source, type: kind === "area" ? "Polygon" : "LineString", style: STYLE });
    draw.on("drawstart", ({ feature }) => {
      this.source.clear();
      this.follow(feature, kind, draw);
    });
    this.draw = draw;
    this.map.addInteraction(draw);
    this.map.getTargetElement()?.classList.add("is-drawing");
  }

  private async learn(): Promise<void> {
    this.project = await projector(this.grid);
    this.announce();
  }

  private follow(feature: Feature<Geometry>, kind: MeasureKind, draw: Draw): void {
    const geometry = feature.getGeometry();
    if (!geometry) return;
    let isFinished = false;
    this.announce = () => {
      if (this.project) this.onChange(this.measured(geometry, kind, isFinished, this.project));
    };
    const key = geometry.on("change", () => this.announce());
    draw.once("drawend", () => {
      unByKey(key);
      isFinished = true;
      this.announce();
    });
  }

  /** Take back the last point. */
  undo(): void {
    this.draw?.removeLastPoint();
  }

  /** End the drawing as it is. */
  finish(): void {
    this.draw?.finishDrawing();
  }

  /** Leave measuring and clear the map of it. */
  stop(): void {
    if (this.draw) this.map.removeInteraction(this.draw);
    this.draw = null;
    this.announce = () => undefined;
    this.source.clear();
    this.map.getTargetElement()?.classList.remove("is-drawing");
    this.onChange(null);
  }

  private measured(geometry: Geometry, kind: MeasureKind, isFinished: boolean, project: Projector): Measured {
    const ring = geometry instanceof Polygon ? (geometry.getCoordinates()[0] ?? []) : (geometry as LineString).getCoordinates();
    const line = ring.map((point) => toLonLat(point));
    const points = line.map((point) => project.toGrid(point));
    const area = kind === "area" ? areaOf(points) : 0;
    return { kind, length: lengthOf(points), area, points: points.length, line, isFinished };
  }
}

/** Length of a path in the unit of its coordinates. */
export function lengthOf(points: LonLat[]): number {
  let sum = 0;
  for (let index = 1; index < points.length; index++) {
    const [x1, y1] = points[index - 1] ?? [0, 0];
    const [x2, y2] = points[index] ?? [0, 0];
    sum += Math.hypot(x2 - x1, y2 - y1);
  }
  return sum;
}

/** Area of a ring by the surveyor's formula. */
export function areaOf(points: LonLat[]): number {
  let twice = 0;
  points.forEach(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length] ?? [0, 0];
    twice += x1 * y2 - x2 * y1;
  });
  return Math.abs(twice / 2);
}
