/** The drawing plan: parcels in the national grid itself, so that what is snapped to is exact. */
import Collection from "ol/Collection.js";
import Feature, { type FeatureLike } from "ol/Feature.js";
import Map from "ol/Map.js";
import View from "ol/View.js";
import { defaults as defaultControls } from "ol/control/defaults.js";
import GeoJSON from "ol/format/GeoJSON.js";
import { LineString, MultiPoint, Point, type Geometry } from "ol/geom.js";
import type Pointer from "ol/interaction/Pointer.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import VectorLayer from "ol/layer/Vector.js";
import Projection from "ol/proj/Projection.js";
import VectorSource from "ol/source/Vector.js";
import type { Style } from "ol/style.js";
import type { Around, Plot, Shape, XY } from "../api/cadastre.js";
import { dragging, type Moves } from "./dragging.js";
import { Pencil, SNAP_PIXELS, type Drawing } from "./pencil.js";
import { Catch, TINY } from "./snapping.js";
import { drawTicks } from "./ticks.js";
import { draftingStyles, sketchStyle } from "./style/drafting.js";

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
  /** Everything that a new point may be put onto. */
  private readonly snappable = new Collection<Feature<Geometry>>();
  readonly near = new Catch(this.snappable);
  private readonly hidden = new Set<string>();
  private pointer: Pointer | null = null;
  readonly pencil: Pencil;
  onChosen: (plot: Plot | null, adds: boolean, at: XY) => void = () => undefined;
  onMoved: (moves: Moves) => void = () => undefined;

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
    const isMeasured = (): boolean => this.sources.preview.isEmpty();
    const sketched = (feature: FeatureLike): Style[] => sketchStyle(feature, isMeasured());
    const styles = {
      ...draftingStyles,
      sketch: sketched,
      chosen: (feature: FeatureLike, resolution: number) => draftingStyles.chosen(feature, resolution, isMeasured()),
      scenery: (feature: FeatureLike, resolution: number) => (this.hidden.has(feature.get("kind") as string) ? [] : draftingStyles.scenery(feature, resolution)),
    };
    const boundaries = new VectorLayer({ source: this.sources.in_force, style: (feature, resolution) => draftingStyles.boundaries(feature, resolution, this.replaced), updateWhileInteracting: true, declutter: true });
    this.map = new Map({
      target: element,
      view: this.view,
      controls: defaultControls({ zoom: false, rotate: false, attribution: false }),
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false }),
      layers: names.flatMap((name) => {
        const layer = new VectorLayer({ source: this.sources[name], style: styles[name], updateWhileInteracting: true, declutter: LABELLED.has(name) });
        return name === "scenery" ? [layer, boundaries] : [layer];
      }),
    });
    this.pencil = new Pencil(this.map, this.sources.sketch, this.snappable, this.near, sketched);
    this.pencil.mark = (at) => this.mark(...(at ? [at] : []));
    this.map.on("singleclick", (event) => {
      if (!this.isBusy()) this.onChosen(this.plotAt(event.pixel), event.originalEvent.shiftKey as boolean, event.coordinate as XY);
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
    this.sources.scenery.addFeatures(around.scenery.map(({ kind, label, geometry }) => new Feature({ geometry: this.read(geometry), kind, label })));
    this.fill("others", this.hidden.has("others") ? [] : around.others.filter((plot) => plot.role !== "noded"));
    this.showProposed(around.proposed);
    this.replace();
  }

  /** Show what the draft proposes; neighbours that only gain a vertex look as they are in force. */
  showProposed(plots: Plot[]): void {
    const isNoded = (plot: Plot): boolean => plot.role === "noded";
    const inForce = this.sources.in_force;
    this.fill("proposed", plots.filter((plot) => !isNoded(plot)));
    inForce.removeFeatures(inForce.getFeatures().filter((one) => isNoded(one.get("plot") as Plot)));
    inForce.addFeatures(plots.filter(isNoded).map((plot) => this.featureOf(plot)));
    this.offerToSnap();
  }

  private offerToSnap(): void {
    this.snappable.clear();
    const scenery = this.sources.scenery.getFeatures().filter((one) => !this.hidden.has(one.get("kind") as string));
    this.snappable.extend([...this.sources.in_force.getFeatures(), ...scenery, ...this.sources.proposed.getFeatures()]);
  }

  /** Show or hide buildings, street lines or the proposals of others; what is hidden is not snapped to. */
  setShown(what: string, isShown: boolean): void {
    if (isShown) this.hidden.delete(what);
    else this.hidden.add(what);
    this.offerToSnap();
    this.sources.scenery.changed();
  }

  preview(plots: Plot[]): void {
    this.fill("preview", plots);
    this.replace();
    this.pencil.redraw();
    this.sources.sketch.changed();
    this.sources.chosen.changed();
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
    return this.plotOver(this.map.getCoordinateFromPixel(pixel) as XY);
  }

  /** The plot at a place of the grid. */
  plotOver(at: XY): Plot | null {
    for (const name of ["proposed", "in_force"] as const) {
      const [found] = this.sources[name].getFeaturesAtCoordinate(at);
      if (found) return found.get("plot") as Plot;
    }
    return null;
  }

  /** Return a plot on the map by its key. */
  plot(key: string): Plot | null {
    return this.plotIn("proposed", key) ?? this.plotIn("in_force", key);
  }

  /** Whether a plot on the map is one in force. */
  isInForce(key: string): boolean {
    return this.plotIn("in_force", key) !== null;
  }

  private plotIn(name: "proposed" | "in_force", key: string): Plot | null {
    const found = this.sources[name].getFeatures().find((feature) => (feature.get("plot") as Plot).key === key);
    return found ? (found.get("plot") as Plot) : null;
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
    return this.pencil.isOut || this.pointer !== null;
  }

  /** Begin to draw. */
  startDrawing(kind: Drawing): void {
    this.stop();
    this.pencil.start(kind);
    this.element.classList.add("is-drawing");
  }

  /** Begin to move vertices and edges by dragging them. */
  startMoving(): void {
    this.stop();
    this.pointer = dragging(this.map, this.near, {
      reach: () => this.reach(),
      isSnapping: () => this.pencil.isSnapping,
      over: (ends) => {
        this.mark(...ends);
        this.element.classList.toggle("is-over-vertex", ends.length > 0);
      },
      show: (moves) => this.showMoves(moves),
      done: (moves) => this.onMoved(moves),
    });
    this.map.addInteraction(this.pointer);
  }

  /** How far from a place something is caught, in metres. */
  reach(): number {
    return SNAP_PIXELS * this.resolution();
  }

  /** Mark places with the square of what is caught. */
  mark(...places: XY[]): void {
    this.sources.marks.clear();
    this.sources.marks.addFeatures(places.map((at) => new Feature(new Point(at))));
  }

  /** Show the edges that would follow what is moved. */
  private showMoves(moves: Moves): void {
    const moved = (at: XY): XY => moves.find(([from]) => from[0] === at[0] && from[1] === at[1])?.[1] ?? at;
    this.sketch(moves.flatMap(([from]) => this.near.stretches(from, TINY, true).map(([a, b]) => [moved(a), moved(b)])));
  }

  /** Drop the drawing in progress, and what it would make, but stay in the tool. */
  abort(): void {
    this.preview([]);
    this.pencil.abort();
    this.sources.sketch.clear();
  }

  /** Leave drawing and moving. */
  stop(): void {
    this.pencil.stop();
    if (this.pointer) this.map.removeInteraction(this.pointer);
    this.pointer = null;
    this.sources.sketch.clear();
    this.mark();
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
