/** The drawing plan: parcels in the national grid itself, so that what is snapped to is exact. */
import Collection from "ol/Collection.js";
import Feature, { type FeatureLike } from "ol/Feature.js";
import Map from "ol/Map.js";
import View from "ol/View.js";
import { defaults as defaultControls } from "ol/control/defaults.js";
import GeoJSON from "ol/format/GeoJSON.js";
import { LineString, MultiPoint, Point, Polygon, type Geometry } from "ol/geom.js";
import Draw from "ol/interaction/Draw.js";
import Pointer from "ol/interaction/Pointer.js";
import Snap from "ol/interaction/Snap.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import Projection from "ol/proj/Projection.js";
import VectorSource from "ol/source/Vector.js";
import type { Style } from "ol/style.js";
import type { Around, Plot, Shape, XY } from "../api/cadastre.js";
import { drawTicks } from "./ticks.js";
import { draftingStyles, sketchStyle } from "./style/drafting.js";

export type Drawing = "LineString" | "Polygon" | "Point";

const SNAP_PIXELS = 10;
const MOST_RESOLUTION = 1.2;
/** Of these no labels overlap; the topmost go first. */
const LABELLED: ReadonlySet<string> = new Set(["others", "proposed", "chosen", "preview", "ticks"]);

/** A map of one record's surroundings, with drawing, snapping and vertex moves. */
export class DraftingMap {
  private readonly map: Map;
  private readonly view: View;
  private readonly format = new GeoJSON();
  private readonly sources = {
    in_force: new VectorSource(),
    scenery: new VectorSource(),
    others: new VectorSource(),
    proposed: new VectorSource(),
    preview: new VectorSource(),
    chosen: new VectorSource(),
    sketch: new VectorSource(),
    marks: new VectorSource(),
    ticks: new VectorSource(),
  };
  /** Parcels that others stand for on the plan, so that their numbers are not written. */
  private replaced: ReadonlySet<number> = new Set();
  private readonly sketchStyle: (feature: FeatureLike) => Style[];
  /** Everything that a new point may be put onto. */
  private readonly snappable = new Collection<Feature<Geometry>>();
  private draw: Draw | null = null;
  private pointer: Pointer | null = null;
  private snap: Snap | null = null;
  isSnapping = true;
  onSketch: (points: XY[]) => void = () => undefined;
  onDrawn: (points: XY[]) => void = () => undefined;
  onChosen: (plot: Plot | null, adds: boolean) => void = () => undefined;
  onMoved: (from: XY, to: XY) => void = () => undefined;
  onSnapped: (what: "vertex" | "edge" | null) => void = () => undefined;

  constructor(
    readonly element: HTMLElement,
    center: XY,
  ) {
    this.view = new View({
      projection: new Projection({ code: "national-grid", units: "m" }),
      center,
      resolution: 0.25,
      minResolution: 0.005,
      maxResolution: 8,
      enableRotation: false,
    });
    const names = ["in_force", "scenery", "others", "proposed", "chosen", "preview", "sketch", "marks", "ticks"] as const;
    // What the preview measures need not be measured twice.
    const measured = (feature: FeatureLike): Style[] => sketchStyle(feature, this.sources.preview.isEmpty());
    this.sketchStyle = measured;
    const boundaries = new VectorLayer({ source: this.sources.in_force, style: (feature, resolution) => draftingStyles.boundaries(feature, resolution, this.replaced), updateWhileInteracting: true, declutter: true });
    this.map = new Map({
      target: element,
      view: this.view,
      controls: defaultControls({ zoom: false, rotate: false, attribution: false }),
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false }),
      layers: names.flatMap((name) => {
        const style = name === "sketch" ? measured : draftingStyles[name];
        const layer = new VectorLayer({ source: this.sources[name], style, updateWhileInteracting: true, declutter: LABELLED.has(name) });
        return name === "scenery" ? [layer, boundaries] : [layer];
      }),
    });
    this.map.on("singleclick", (event) => {
      if (!this.draw && !this.pointer) this.onChosen(this.plotAt(event.pixel), event.originalEvent.shiftKey as boolean);
    });
    this.map.on("moveend", () => {
      drawTicks(this.sources.ticks, this.bounds());
      element.dataset["bounds"] = this.bounds().join(",");
    });
    new ResizeObserver(() => this.map.updateSize()).observe(element);
  }

  /** Show plots; what the record replaces is left out by the server. */
  showAround(around: Around): void {
    this.fill("in_force", around.in_force);
    this.sources.scenery.clear();
    this.sources.scenery.addFeatures(around.scenery.map(({ label, geometry }) => new Feature({ geometry: this.read(geometry), label })));
    this.fill("others", around.others.filter((plot) => plot.role !== "noded"));
    this.showProposed(around.proposed);
    this.replace();
  }

  showProposed(plots: Plot[]): void {
    this.fill("proposed", plots);
    this.snappable.clear();
    this.snappable.extend([...this.sources.in_force.getFeatures(), ...this.sources.scenery.getFeatures(), ...this.sources.proposed.getFeatures()]);
  }

  preview(plots: Plot[]): void {
    this.fill("preview", plots);
    this.replace();
    this.draw?.getOverlay().changed();
    this.sources.sketch.changed();
  }

  private replace(): void {
    const shown = [...this.sources.preview.getFeatures(), ...this.sources.others.getFeatures()];
    this.replaced = new Set(shown.flatMap((feature) => (feature.get("plot") as Plot).parents));
    this.sources.in_force.changed();
  }

  /** Outline the chosen plots. */
  choose(plots: Plot[]): void {
    this.fill("chosen", plots);
  }

  private fill(name: keyof DraftingMap["sources"], plots: Plot[]): void {
    this.sources[name].clear();
    this.sources[name].addFeatures(plots.map((plot) => this.featureOf(plot)));
  }

  private featureOf(plot: Plot): Feature<Geometry> {
    const feature = new Feature<Geometry>(this.read(plot.geometry));
    feature.set("plot", plot);
    return feature;
  }

  private read(shape: Shape): Geometry {
    const geometry = this.format.readGeometry(shape);
    if (!geometry) throw new Error(`a shape of type ${shape.type} cannot be drawn`);
    return geometry;
  }

  /** The plot under a place on the screen: a proposed one before one in force. */
  private plotAt(pixel: number[]): Plot | null {
    const at = this.map.getCoordinateFromPixel(pixel);
    for (const name of ["proposed", "in_force"] as const) {
      const [found] = this.sources[name].getFeaturesAtCoordinate(at);
      if (found) return found.get("plot") as Plot;
    }
    return null;
  }

  /** Return a plot on the map by its key. */
  plot(key: string): Plot | null {
    for (const name of ["proposed", "in_force"] as const) {
      const found = this.sources[name].getFeatures().find((feature) => (feature.get("plot") as Plot).key === key);
      if (found) return found.get("plot") as Plot;
    }
    return null;
  }

  bounds(): [number, number, number, number] {
    return this.view.calculateExtent(this.map.getSize()) as [number, number, number, number];
  }

  isNear(): boolean {
    return (this.view.getResolution() ?? 1) <= MOST_RESOLUTION;
  }

  resolution(): number {
    return this.view.getResolution() ?? 1;
  }

  zoomBy(factor: number): void {
    this.view.setResolution(this.resolution() / factor);
  }

  /** Move the map the way that an arrow key points. */
  panByKey(key: string): void {
    const right = key === "arrowright" ? 1 : key === "arrowleft" ? -1 : 0;
    const up = key === "arrowup" ? 1 : key === "arrowdown" ? -1 : 0;
    const [x, y] = this.view.getCenter() ?? [0, 0];
    const step = this.resolution() * 80;
    this.view.setCenter([(x ?? 0) + right * step, (y ?? 0) + up * step]);
  }

  goTo(at: XY, resolution = 0.15): void {
    this.view.setCenter(at);
    this.view.setResolution(resolution);
  }

  /** Bring plots into view. */
  fit(plots: Plot[]): void {
    const extent = new VectorSource({ features: plots.map((plot) => this.featureOf(plot)) }).getExtent();
    if (extent && Number.isFinite(extent[0])) this.view.fit(extent, { padding: [90, 90, 90, 90], minResolution: 0.02 });
  }

  /** Flash the place of a finding and bring it into view. */
  flash(shape: Shape): void {
    const geometry = this.read(shape);
    this.sources.marks.clear();
    this.sources.marks.addFeature(new Feature(geometry));
    this.view.fit(geometry.getExtent(), { padding: [140, 140, 140, 140], minResolution: 0.05 });
    window.setTimeout(() => this.sources.marks.clear(), 2400);
  }

  onMove(listener: () => void): void {
    this.map.on("moveend", listener);
  }

  /** Tell where the pointer is: in the grid, and in pixels of the plan. */
  onPointer(listener: (at: XY, pixel: XY) => void): void {
    this.map.on("pointermove", (event) => listener(event.coordinate as XY, event.pixel as XY));
  }

  /** Whether clicks draw or move something. */
  isBusy(): boolean {
    return this.draw !== null || this.pointer !== null;
  }

  /** Begin to draw; every change is told, and the finished drawing. */
  startDrawing(kind: Drawing): void {
    this.stop();
    const draw = new Draw({
      type: kind,
      source: this.sources.sketch,
      style: this.sketchStyle,
      freehandCondition: () => false,
      stopClick: true,
      // Tracing along boundaries while Alt is held.
      trace: (event) => event.originalEvent.altKey as boolean,
      traceSource: this.sources.in_force,
    });
    draw.on("drawstart", ({ feature }) => {
      this.sources.sketch.clear();
      const geometry = feature.getGeometry();
      geometry?.on("change", () => this.onSketch(pointsOf(geometry)));
    });
    draw.on("drawend", ({ feature }) => {
      const geometry = feature.getGeometry();
      if (geometry) this.onDrawn(pointsOf(geometry));
    });
    this.draw = draw;
    this.map.addInteraction(draw);
    this.addSnap();
    this.element.classList.add("is-drawing");
  }

  /** Begin to move vertices by dragging them. */
  startMoving(): void {
    this.stop();
    let from: XY | null = null;
    this.pointer = new Pointer({
      handleDownEvent: (event) => {
        from = this.vertexNear(event.pixel);
        return from !== null;
      },
      handleDragEvent: (event) => this.showMove(from, this.snapped(event.pixel, from)),
      handleUpEvent: (event) => {
        const to = this.snapped(event.pixel, from);
        if (from && Math.hypot(to[0] - from[0], to[1] - from[1]) > 1e-4) this.onMoved(from, to);
        else this.sources.sketch.clear();
        from = null;
        return false;
      },
      handleMoveEvent: (event) => {
        const vertex = this.vertexNear(event.pixel);
        this.mark(vertex);
        this.element.classList.toggle("is-over-vertex", vertex !== null);
      },
    });
    this.map.addInteraction(this.pointer);
  }

  private mark(at: XY | null): void {
    this.sources.marks.clear();
    if (at) this.sources.marks.addFeature(new Feature(new Point(at)));
  }

  private vertexNear(pixel: number[], but: XY | null = null): XY | null {
    const at = this.map.getCoordinateFromPixel(pixel);
    const reach = SNAP_PIXELS * this.resolution();
    let best: XY | null = null;
    let gap = reach;
    for (const feature of this.snappable.getArray()) {
      const geometry = feature.getGeometry();
      if (!geometry || !geometry.intersectsExtent([at[0]! - reach, at[1]! - reach, at[0]! + reach, at[1]! + reach])) continue;
      for (const { from } of (feature.get("plot") as Plot | undefined)?.edges ?? []) {
        const distance = Math.hypot(from[0] - at[0]!, from[1] - at[1]!);
        if (distance < gap && !(but && from[0] === but[0] && from[1] === but[1])) [best, gap] = [from, distance];
      }
    }
    return best;
  }

  private snapped(pixel: number[], but: XY | null): XY {
    const at = this.map.getCoordinateFromPixel(pixel) as XY;
    return this.isSnapping ? (this.vertexNear(pixel, but) ?? at) : at;
  }

  /** Show the edges that would follow a vertex. */
  private showMove(from: XY | null, to: XY): void {
    if (!from) return;
    const same = (a: XY): boolean => a[0] === from[0] && a[1] === from[1];
    const ends = this.snappable.getArray().flatMap((feature) =>
      ((feature.get("plot") as Plot | undefined)?.edges ?? []).flatMap((edge) => (same(edge.from) ? [edge.to] : same(edge.to) ? [edge.from] : [])),
    );
    this.sources.sketch.clear();
    this.sources.sketch.addFeatures(ends.map((end) => new Feature(new LineString([to, end]))));
  }

  private addSnap(): void {
    if (!this.isSnapping) return;
    this.snap = new Snap({ features: this.snappable, pixelTolerance: SNAP_PIXELS, intersection: true });
    this.snap.on("snap", (event) => {
      this.mark(event.vertex as XY);
      const known = (event.feature?.get("plot") as Plot | undefined)?.edges ?? [];
      this.onSnapped(known.some(({ from }) => from[0] === event.vertex[0] && from[1] === event.vertex[1]) ? "vertex" : "edge");
    });
    this.snap.on("unsnap", () => {
      this.mark(null);
      this.onSnapped(null);
    });
    this.map.addInteraction(this.snap);
  }

  /** Add a typed point to the drawing. */
  addPoint(at: XY): void {
    if (!this.draw) return;
    this.draw.appendCoordinates([at]);
  }

  /** Take back the last point of the drawing; says whether there was one. */
  removePoint(): boolean {
    const [feature] = this.draw?.getOverlay().getSource()?.getFeatures() ?? [];
    if (!this.draw || !feature) return false;
    this.draw.removeLastPoint();
    return true;
  }

  finish(): void {
    this.draw?.finishDrawing();
  }

  /** Drop the drawing in progress but stay in the tool. */
  abort(): void {
    this.draw?.abortDrawing();
    this.sources.sketch.clear();
  }

  /** Leave drawing and moving. */
  stop(): void {
    for (const interaction of [this.draw, this.pointer, this.snap]) if (interaction) this.map.removeInteraction(interaction);
    this.draw = this.pointer = this.snap = null;
    this.sources.sketch.clear();
    this.sources.marks.clear();
    this.element.classList.remove("is-drawing", "is-over-vertex");
  }

  /** Show lines that did not come from the mouse, such as a pasted outline. */
  sketch(lines: XY[][]): void {
    this.sources.sketch.clear();
    this.sources.sketch.addFeatures(lines.filter((points) => points.length > 1).map((points) => new Feature(new LineString(points))));
  }

  /** Bring places into view. */
  fitPoints(points: XY[]): void {
    if (points.length) this.view.fit(new MultiPoint(points).getExtent(), { padding: [90, 90, 90, 90], minResolution: 0.02 });
  }
}

function pointsOf(geometry: Geometry): XY[] {
  if (geometry instanceof Polygon) return (geometry.getCoordinates()[0] ?? []) as XY[];
  if (geometry instanceof LineString) return geometry.getCoordinates() as XY[];
  return geometry instanceof Point ? [geometry.getCoordinates() as XY] : [];
}

