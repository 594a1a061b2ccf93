/** Draws lines, outlines and points on the plan: caught by what is near, held, traced, taken back point by point. */
import type Collection from "ol/Collection.js";
import type Feature from "ol/Feature.js";
import type Map from "ol/Map.js";
import { LineString, Point, Polygon, type Geometry } from "ol/geom.js";
import type Interaction from "ol/interaction/Interaction.js";
import Draw from "ol/interaction/Draw.js";
import Snap from "ol/interaction/Snap.js";
import type VectorSource from "ol/source/Vector.js";
import type { StyleFunction } from "ol/style/Style.js";
import type { XY } from "../api/cadastre.js";
import { Held, type Drawn, type Hold } from "./held.js";
import type { Catch, Caught } from "./snapping.js";
import { Tracing } from "./tracing.js";

export type Drawing = "LineString" | "Polygon" | "Point";

export const SNAP_PIXELS = 10;

export class Pencil {
  private draw: Draw | null = null;
  private kind: Drawing = "LineString";
  private helpers: Interaction[] = [];
  /** The points of the drawing that are settled, and those taken back. */
  private points: XY[] = [];
  private takenBack: XY[] = [];
  private drawn: Geometry | undefined = undefined;
  /** While a point is added, the line passes through states that count for nothing. */
  private isAdding = false;
  private readonly tracing: Tracing;
  isSnapping = true;
  hold: Hold = { bearing: null, length: null };
  mark: (at: XY | null) => void = () => undefined;
  onSketch: (points: XY[]) => void = () => undefined;
  onDrawn: (points: XY[]) => void = () => undefined;
  onSnapped: (what: Caught | null) => void = () => undefined;

  constructor(
    private readonly map: Map,
    private readonly source: VectorSource,
    private readonly snappable: Collection<Feature<Geometry>>,
    private readonly near: Catch,
    private readonly style: StyleFunction,
  ) {
    this.tracing = new Tracing(near, () => this.reach(), (dropped, added) => this.retrace(dropped, added));
  }

  get isOut(): boolean {
    return this.draw !== null;
  }

  get isHolding(): boolean {
    return this.hold.bearing !== null || this.hold.length !== null;
  }

  /** Begin to draw; every change is told, and the finished drawing. */
  start(kind: Drawing): void {
    this.kind = kind;
    const draw = new Draw({
      type: kind,
      source: this.source,
      style: this.style,
      // Shift keeps right angles and Alt traces, so that both may be held while clicking.
      condition: (event) => !(event.originalEvent as PointerEvent).ctrlKey,
      freehandCondition: () => false,
      stopClick: true,
      // A corner just passed is caught before a click there could end the drawing.
      snapTolerance: SNAP_PIXELS,
    });
    draw.on("drawstart", ({ feature }) => {
      this.source.clear();
      const geometry = feature.getGeometry();
      this.drawn = geometry;
      const follow = (): void => {
        if (!geometry || this.isAdding) return;
        this.settle(geometry);
        this.onSketch(pointsOf(geometry));
      };
      if (kind !== "Point") follow();
      geometry?.on("change", follow);
    });
    draw.on("drawend", ({ feature }) => {
      const geometry = feature.getGeometry();
      this.forget();
      if (geometry) this.onDrawn(pointsOf(geometry));
    });
    this.draw = draw;
    const drawn = (): Drawn => ({ hold: this.hold, points: this.points, reach: this.reach() });
    this.helpers = [...(kind === "Point" ? [] : [this.tracing]), new Held(this.near, drawn), ...(this.isSnapping ? [this.snapping()] : [])];
    for (const one of [draw, ...this.helpers]) this.map.addInteraction(one);
  }

  /** Note which points of the drawing are settled; a new one ends what could be brought back. */
  private settle(geometry: Geometry | undefined): void {
    const all = geometry ? pointsOf(geometry) : [];
    const now = all.slice(0, geometry instanceof Polygon ? -2 : -1);
    const next = this.takenBack.at(-1);
    if (now.length > this.points.length && next) {
      this.takenBack = now.at(-1)?.join() === next.join() ? this.takenBack.slice(0, -1) : [];
    }
    this.points = now;
  }

  private snapping(): Snap {
    const snap = new Snap({ features: this.snappable, pixelTolerance: SNAP_PIXELS, intersection: true });
    snap.on("snap", (event) => {
      const at = event.vertex as XY;
      this.mark(at);
      this.onSnapped(this.near.kind(at, event.feature as Feature<Geometry> | null));
    });
    snap.on("unsnap", () => {
      this.mark(null);
      this.onSnapped(null);
    });
    return snap;
  }

  private reach(): number {
    return SNAP_PIXELS * (this.map.getView().getResolution() ?? 1);
  }

  get settled(): XY[] {
    return this.points;
  }

  /** The last settled point of the drawing. */
  last(): XY | null {
    return this.points.at(-1) ?? null;
  }

  /** Take back corners that the trace no longer passes, and add those that it does. */
  private retrace(dropped: number, added: XY[]): void {
    this.isAdding = true;
    for (let n = 0; n < dropped; n++) this.draw?.removeLastPoint();
    if (added.length) this.draw?.appendCoordinates(added);
    this.isAdding = false;
  }

  /** Add a typed point. */
  add(at: XY): void {
    if (!this.draw) return;
    this.tracing.stop();
    this.retrace(0, [at]);
    this.settle(this.drawn);
    if (this.drawn) this.onSketch(pointsOf(this.drawn));
  }

  /** Draw points anew, as they were before the drawing was ended. */
  putBack(points: XY[]): void {
    if (this.kind !== "Point") for (const at of points) this.add(at);
  }

  /** Take back the last point; says whether there was one. */
  takeBack(): boolean {
    const last = this.last();
    if (!this.draw || !last) return false;
    this.tracing.stop();
    this.draw.removeLastPoint();
    if (!this.draw.getOverlay().getSource()?.getFeatures().length) this.points = [];
    this.takenBack = [...this.takenBack, last];
    if (!this.points.length) this.onSketch([]);
    return true;
  }

  /** Bring back the point that was taken back last; says whether there was one. */
  restore(): boolean {
    const next = this.takenBack.at(-1);
    if (!this.draw || !next) return false;
    this.add(next);
    return true;
  }

  finish(): void {
    this.draw?.finishDrawing();
  }

  /** Draw the line anew, such as without its measures. */
  redraw(): void {
    this.draw?.getOverlay().changed();
  }

  /** Drop the drawing in progress. */
  abort(): void {
    this.draw?.abortDrawing();
    this.forget();
  }

  /** Put the pencil away. */
  stop(): void {
    for (const one of [this.draw, ...this.helpers]) if (one) this.map.removeInteraction(one);
    this.draw = null;
    this.helpers = [];
    this.forget();
    this.onSnapped(null);
  }

  private forget(): void {
    this.tracing.stop();
    this.points = [];
    this.takenBack = [];
  }
}

function pointsOf(geometry: Geometry): XY[] {
  if (geometry instanceof Polygon) return (geometry.getCoordinates()[0] ?? []) as XY[];
  if (geometry instanceof LineString) return geometry.getCoordinates() as XY[];
  return geometry instanceof Point ? [geometry.getCoordinates() as XY] : [];
}
