/** The map: the only object that pages and panels talk to; nothing of the map library leaks out. */
import Map from "ol/Map.js";
import View from "ol/View.js";
import { defaults as defaultControls } from "ol/control/defaults.js";
import { defaults as defaultInteractions } from "ol/interaction/defaults.js";
import type { Catalogue, Box, CollectionInfo, Geometry, LonLat, RasterInfo, Rule } from "../api/types.js";
import { Basemaps } from "./basemaps.js";
import { CollectionLayers } from "./layers.js";
import { Locator } from "./locate.js";
import { Measure } from "./measure.js";
import { fromLonLat, toLonLat } from "./projections.js";
import { type Proposed, Selection } from "./selection.js";
import type { Sketch } from "./sketch.js";
import { snapshot } from "./snapshot.js";

export interface Hit {
  collection: string;
  id: string;
  /** The label that the tile holds, if any. */
  name: string;
}

export interface Click {
  at: LonLat;
  hits: Hit[];
}

export interface Inset {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

const MAX_ZOOM = 21;
const MARGIN = 4000;

/** A map in an element. */
export class MapEngine {
  private readonly map: Map;
  private readonly view: View;
  private readonly layers: CollectionLayers;
  private readonly selection: Selection;
  private sketched: Sketch | null = null;
  readonly basemaps: Basemaps;
  readonly measure: Measure;
  readonly locator: Locator;
  /** What the panels cover, so that things are brought into free space. */
  inset: () => Inset = () => ({ top: 0, right: 0, bottom: 0, left: 0 });

  constructor(
    readonly element: HTMLElement,
    private readonly catalogue: Catalogue,
  ) {
    const extent = catalogue.extent ? mercator(reach(catalogue, catalogue.extent)) : null;
    this.view = new View({
      center: fromLonLat(catalogue.center ?? [35.2, 31.9]),
      zoom: 15,
      minZoom: 6,
      maxZoom: MAX_ZOOM,
      constrainResolution: true,
      enableRotation: false,
      ...(extent ? { extent: grown(extent), constrainOnlyCenter: true } : {}),
    });
    this.map = new Map({
      target: element,
      view: this.view,
      controls: defaultControls({ zoom: false, rotate: false, attribution: false }),
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
      maxTilesLoading: 24,
      moveTolerance: 3,
    });
    this.basemaps = new Basemaps(this.map, catalogue.basemaps);
    this.layers = new CollectionLayers(this.map, () => this.groundScale());
    this.selection = new Selection(this.map);
    this.measure = new Measure(this.map, catalogue.grid);
    this.locator = new Locator(this.map);
    new ResizeObserver(() => this.map.updateSize()).observe(element);
  }

  /** Ground metres for one Web Mercator metre at the map's centre. */
  groundScale(): number {
    const [, lat] = this.center();
    return Math.cos((lat * Math.PI) / 180);
  }

  /** Ground metres per screen pixel. */
  metresPerPixel(): number {
    return (this.view.getResolution() ?? 1) * this.groundScale();
  }

  /** The denominator of the scale at 96 dots per inch. */
  scale(): number {
    return this.metresPerPixel() * (96 / 0.0254);
  }

  /** Put the collections on the map, the first of the catalogue lowest unless `order` says otherwise. */
  addCollections(collections: CollectionInfo[], rasters: RasterInfo[]): void {
    this.layers.add(collections, rasters);
  }

  show(id: string, shown: boolean): void {
    this.layers.show(id, shown);
  }

  fade(id: string, opacity: number): void {
    this.layers.fade(id, opacity);
  }

  /** Draw a collection in another way, as its style editor asks. */
  restyle(id: string, style: Rule[], tiles: string): void {
    this.layers.restyle(id, style, tiles);
  }

  /** Leave out the features of a collection that `hides` says yes to, by their fields. */
  hide(id: string, hides: ((field: (name: string) => unknown) => boolean) | null): void {
    this.layers.hide(id, hides);
  }

  /** Show the collections that keep a history as they were on a day; as they are now with an empty one. */
  asOf(day: string): void {
    this.layers.asOf(day);
  }

  /** Lay a basemap under the layers, none with an unknown one. */
  lay(basemap: string): void {
    void this.basemaps.choose(basemap);
    this.layers.setGround(this.catalogue.basemaps.some((one) => one.id === basemap && one.url));
  }

  /** Say whether a collection is drawn at the present zoom. */
  isInRange(info: CollectionInfo): boolean {
    return (this.view.getZoom() ?? 0) + 0.001 >= info.min_zoom + 1;
  }

  center(): LonLat {
    return toLonLat(this.view.getCenter() ?? [0, 0]);
  }

  zoom(): number {
    return this.view.getZoom() ?? 0;
  }

  /** The part of the world that is on the screen. */
  box(): Box {
    const [west, south, east, north] = this.view.calculateExtent(this.map.getSize());
    return [...toLonLat([west ?? 0, south ?? 0]), ...toLonLat([east ?? 0, north ?? 0])] as unknown as Box;
  }

  place(center: LonLat, zoom: number): void {
    this.view.setCenter(fromLonLat(center));
    this.view.setZoom(zoom);
  }

  zoomBy(steps: number): void {
    this.view.animate({ zoom: Math.round(this.zoom() + steps), duration: duration(180) });
  }

  /** Bring a box into the free space, at most to `maxZoom`. */
  fit(box: Box, maxZoom = 19, animate = true): void {
    const { top, right, bottom, left } = this.inset();
    this.view.fit(mercator(box), {
      padding: [top + 40, right + 40, bottom + 40, left + 40],
      maxZoom,
      duration: animate ? duration(350) : 0,
    });
  }

  /** Bring a place into the middle of the free space. */
  goTo(at: LonLat, zoom = 19): void {
    this.fit([...at, ...at] as Box, zoom);
  }

  /** Move a feature out from under the panels, if it is there; never zoom. */
  reveal(box: Box): void {
    const { top, right, bottom, left } = this.inset();
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const [west, south, east, north] = mercator(box);
    const low = this.map.getPixelFromCoordinate([west, south]);
    const high = this.map.getPixelFromCoordinate([east, north]);
    if (!low || !high) return;
    const resolution = this.view.getResolution() ?? 1;
    const dx = shift(low[0] ?? 0, high[0] ?? 0, left + 24, width - right - 24);
    const dy = shift(high[1] ?? 0, low[1] ?? 0, top + 24, height - bottom - 24);
    if (dx === 0 && dy === 0) return;
    const [x, y] = this.view.getCenter() ?? [0, 0];
    const center = [(x ?? 0) - dx * resolution, (y ?? 0) + dy * resolution];
    this.view.animate({ center, duration: duration(300) });
  }

  /** Show a feature as chosen; with a label, it takes the place of the usual one. */
  highlight(geometry: Geometry | null, label = "", feature: Omit<Hit, "name"> | null = null): void {
    this.selection.show(geometry, label);
    this.layers.mute(label && feature ? { ...feature, name: label } : null);
  }

  /** Mark a place that is not a feature, such as a found coordinate. */
  mark(at: LonLat): void {
    this.selection.show({ type: "Point", coordinates: at }, "");
  }

  /** Show an area that is not registered, such as an import's footprint: dashed, in the draft colour. */
  outline(geometry: Geometry | null): void {
    this.selection.outline(geometry ? [{ geometry, label: "" }] : []);
  }

  /** Show the parts that a thing would become, each with what is written in it. */
  outlineParts(parts: Proposed[]): void {
    this.selection.outline(parts);
  }

  /** Show features as picked, in place of those before. */
  pick(geometries: Geometry[]): void {
    this.selection.pick(geometries);
  }

  /** Call back with what is under a click; nothing while something is being measured or drawn. */
  onClick(listener: (click: Click) => void): void {
    this.map.on("singleclick", (event) => {
      if (this.measure.isActive || this.sketched?.isOver === false) return;
      listener({ at: toLonLat(event.coordinate), hits: this.layers.hits(event.pixel) });
    });
  }

  onPointer(listener: (at: LonLat | null) => void): void {
    this.map.on("pointermove", (event) => listener(toLonLat(event.coordinate)));
    this.element.addEventListener("pointerleave", () => listener(null));
  }

  onMove(listener: () => void): void {
    this.map.on("moveend", listener);
  }

  onResolution(listener: () => void): void {
    this.view.on("change:resolution", listener);
  }

  onLoading(listener: (loading: boolean) => void): void {
    this.map.on("loadstart", () => listener(true));
    this.map.on("loadend", () => listener(false));
  }

  /** Resolve when everything in view has been drawn. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.map.once("rendercomplete", () => resolve());
      this.map.render();
    });
  }

  /** Draw the map as a picture of the given size in CSS pixels, at a scale if one is given. */
  picture(width: number, height: number, scale: number | null): Promise<Blob> {
    const resolution = scale === null ? null : (scale * 0.0254) / 96 / this.groundScale();
    return snapshot(this.map, this.element, width, height, resolution);
  }

  /** The collections that the map shows where it stands. */
  drawn(): string[] {
    return this.layers.drawn(this.map.getView().getZoom() ?? 0);
  }

  /** Draw a new shape of a kind, or change one; corners snap to the layers that `snapTo` names. */
  async sketch(kind: string, snapTo: () => string[], start: Geometry | null): Promise<Sketch> {
    const { Sketch } = await import("./sketch.js");
    this.sketched = new Sketch(this.map, kind, snapTo, start);
    return this.sketched;
  }

  /** Read the layers again after their data changed. */
  refresh(collections: CollectionInfo[]): void {
    this.layers.refresh(collections);
  }

  grid(): Catalogue["grid"] {
    return this.catalogue.grid;
  }
}

function mercator([west, south, east, north]: Box): [number, number, number, number] {
  return [...fromLonLat([west, south]), ...fromLonLat([east, north])] as unknown as [number, number, number, number];
}

/** The box of the municipality and of every layer that one may see: imported ones can lie elsewhere. */
function reach(catalogue: Catalogue, own: Box): Box {
  const layers = [...catalogue.groups.flatMap((group) => group.collections), ...(catalogue.rasters ?? [])];
  return layers.reduce<Box>(
    (box, { extent }) =>
      extent
        ? [Math.min(box[0], extent[0]), Math.min(box[1], extent[1]), Math.max(box[2], extent[2]), Math.max(box[3], extent[3])]
        : box,
    own,
  );
}

function grown([west, south, east, north]: [number, number, number, number]): number[] {
  return [west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN];
}

/** How far to move an interval so that it lies inside another; one too long need only be seen well. */
function shift(low: number, high: number, from: number, to: number): number {
  if (high - low > to - from) {
    const seen = Math.min(high, to) - Math.max(low, from);
    return seen > (to - from) / 3 ? 0 : (from + to) / 2 - (low + high) / 2;
  }
  if (low < from) return from - low;
  return high > to ? to - high : 0;
}

/** No movement for those who asked for none. */
export function duration(milliseconds: number): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
}
