/** The catalogue's collections and rasters as map layers. */
import type Map from "ol/Map.js";
import MVT from "ol/format/MVT.js";
import TileLayer from "ol/layer/Tile.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import XYZ from "ol/source/XYZ.js";
import { createXYZ } from "ol/tilegrid.js";
import type { CollectionInfo, RasterInfo, Rule } from "../api/types.js";
import type { Density } from "./density.js";
import type { Hit } from "./engine.js";
import { DrawingState } from "./style/labels.js";
import { interpret, isDense } from "./style/interpreter.js";

const TILE = 512;
const TEXTS = 20000;
const OVER_GROUND = 0.45;
const NAMES = ["number", "name", "code", "label"];

/** Holds one layer for each collection, made when it is first shown. */
export class CollectionLayers {
  private readonly infos = new globalThis.Map<string, { info: CollectionInfo; order: number }>();
  private readonly vectors = new globalThis.Map<string, VectorTileLayer[]>();
  private readonly rasters = new globalThis.Map<string, TileLayer<XYZ>>();
  private readonly owners = new globalThis.Map<string, DrawingState>();
  private readonly densities = new globalThis.Map<string, Promise<Density[]>>();
  private readonly hiding = new globalThis.Map<string, DrawingState["hides"]>();
  private muted: Hit | null = null;
  private readonly faded = new globalThis.Map<string, number>();
  private day = "";
  private hasGround = false;

  constructor(
    private readonly map: Map,
    private readonly groundScale: () => number,
  ) {}

  add(collections: CollectionInfo[], rasters: RasterInfo[]): void {
    rasters.forEach((raster, index) => this.addRaster(raster, index));
    collections.forEach((info, index) => this.infos.set(info.id, { info, order: level(info) * 100 + index }));
  }

  private addRaster(raster: RasterInfo, order: number): void {
    const source = new XYZ({ url: raster.tiles, maxZoom: raster.max_zoom ?? 20, attributions: raster.attribution ?? "" });
    const layer = new TileLayer({ source, visible: false, zIndex: 10 + order });
    this.rasters.set(raster.id, layer);
    this.map.addLayer(layer);
  }

  show(id: string, shown: boolean): void {
    this.rasters.get(id)?.setVisible(shown);
    const existing = this.vectors.get(id);
    for (const layer of existing ?? []) layer.setVisible(shown);
    void this.densities.get(id)?.then((all) => all.forEach((one) => one.show(shown)));
    if (!existing && shown) this.create(id);
  }

  /** The collections that are shown and drawn at a zoom. */
  drawn(zoom: number): string[] {
    const isDrawn = (id: string): boolean => {
      const info = this.infos.get(id)?.info;
      return info !== undefined && zoom >= info.min_zoom && zoom <= info.max_zoom + 1;
    };
    return [...this.vectors].filter(([id, layers]) => layers[0]?.getVisible() && isDrawn(id)).map(([id]) => id);
  }

  fade(id: string, opacity: number): void {
    this.faded.set(id, opacity);
    this.vectors.get(id)?.forEach((layer, index) => layer.setOpacity(this.seen(id, opacity, index)));
    void this.densities.get(id)?.then((all) => all.forEach((one) => one.fade(opacity)));
    this.rasters.get(id)?.setOpacity(opacity);
  }

  /** Let the ground shine through areas, or not; without a basemap they are the ground themselves. */
  setGround(hasGround: boolean): void {
    if (hasGround === this.hasGround) return;
    this.hasGround = hasGround;
    for (const id of this.vectors.keys()) this.fade(id, this.faded.get(id) ?? this.infos.get(id)?.info.opacity ?? 1);
  }

  /** How opaque one layer of a collection is drawn: its shapes, the first, may let the ground through. */
  private seen(id: string, opacity: number, index: number): number {
    const isArea = this.infos.get(id)?.info.geometry_type.includes("Polygon") ?? false;
    return this.hasGround && isArea && index === 0 ? opacity * OVER_GROUND : opacity;
  }

  private create(id: string): void {
    const entry = this.infos.get(id);
    if (!entry?.info.tiles) return;
    const { info, order } = entry;
    const owners = new DrawingState();
    this.owners.set(id, owners);
    owners.hides = this.hiding.get(id) ?? null;
    if (this.muted?.collection === id) owners.muted = this.muted.id;
    const opacity = this.faded.get(id) ?? info.opacity;
    const common = {
      source: source(info, this.day),
      opacity,
      minZoom: info.min_zoom + 1 - 0.01,
      properties: { collection: id },
    };
    const shapes = interpret(info.style, "shapes", owners, this.groundScale);
    const look = { style: shapes, opacity: this.seen(id, opacity, 0), zIndex: order, renderBuffer: 32 };
    const layers = [new VectorTileLayer({ ...common, ...look })];
    if (info.style.some(hasText)) layers.push(this.texts(info, common, owners, order));
    this.vectors.set(id, layers);
    for (const layer of layers) this.map.addLayer(layer);
    const dense = info.style.filter(isDense);
    if (dense.length > 0) this.densities.set(id, this.gather(id, dense, common.opacity, order));
  }

  /** Heat and clusters are fetched only where a layer has them. */
  private async gather(id: string, rules: Rule[], opacity: number, order: number): Promise<Density[]> {
    const { Density } = await import("./density.js");
    const visible = this.vectors.get(id)?.[0]?.getVisible() ?? true;
    return rules.map((rule) => new Density(this.map, id, rule, { zIndex: order + 1, opacity, visible }));
  }

  /** Draw a collection in another way from now on, from tiles that may carry other fields. */
  restyle(id: string, style: Rule[], tiles: string): void {
    const entry = this.infos.get(id);
    if (!entry) return;
    const before = this.vectors.get(id);
    const shown = before?.[0]?.getVisible() ?? false;
    void this.densities.get(id)?.then((all) => all.forEach((one) => one.remove()));
    this.densities.delete(id);
    this.vectors.delete(id);
    const kept = entry.info.tiles === tiles ? before?.[0]?.getSource() : null;
    entry.info = { ...entry.info, style, tiles };
    if (before) this.create(id);
    for (const layer of this.vectors.get(id) ?? []) {
      layer.setVisible(shown);
      if (kept) layer.setSource(kept);
    }
    for (const layer of before ?? []) this.map.removeLayer(layer);
  }

  /** The texts are a layer of their own above all shapes, from the same tiles. */
  private texts(info: CollectionInfo, common: object, owners: DrawingState, order: number): VectorTileLayer {
    const style = interpret(info.style, "texts", owners, this.groundScale);
    const look = { style, declutter: true, renderMode: "vector", renderBuffer: 64, zIndex: TEXTS + order } as const;
    const layer = new VectorTileLayer({ ...common, ...look });
    this.map.on("rendercomplete", () => {
      if (!owners.changed) return;
      owners.changed = false;
      layer.changed();
    });
    return layer;
  }

  /** Leave out the features of some classes; none with null. */
  hide(id: string, hides: DrawingState["hides"]): void {
    this.hiding.set(id, hides);
    const state = this.owners.get(id);
    if (!state || state.hides === hides) return;
    state.hides = hides;
    for (const layer of this.vectors.get(id) ?? []) layer.changed();
  }

  /** Leave out the label of one feature, or of none. */
  mute(chosen: Hit | null): void {
    const before = this.muted;
    this.muted = chosen;
    for (const { collection } of [before, chosen].filter((one) => one !== null)) {
      const owners = this.owners.get(collection);
      if (!owners) continue;
      owners.muted = chosen?.collection === collection ? chosen.id : null;
      for (const layer of this.vectors.get(collection)?.slice(1) ?? []) layer.changed();
    }
  }

  /** Say which features are under a pixel, the topmost first, each once. */
  hits(pixel: number[]): Hit[] {
    const found = new globalThis.Map<string, Hit>();
    this.map.forEachFeatureAtPixel(
      pixel,
      (feature, layer) => {
        const collection = layer?.get("collection") as string | undefined;
        const id = feature.getId() ?? feature.get("id");
        if (collection === undefined || id === undefined) return;
        const name = NAMES.map((field) => feature.get(field) as unknown).find((value) => value !== undefined);
        const hit = { collection, id: String(id), name: name === undefined ? "" : String(name) };
        found.set(`${collection}/${hit.id}`, hit);
      },
      { hitTolerance: 5, layerFilter: (layer) => layer.get("collection") !== undefined },
    );
    return [...found.values()];
  }

  /** Show what was in force on a day, in the collections that know it. */
  asOf(day: string): void {
    if (day === this.day) return;
    this.day = day;
    for (const [id, layers] of this.vectors) {
      const info = this.infos.get(id)?.info;
      if (!info?.has_history) continue;
      const fresh = source(info, day);
      for (const layer of layers) layer.setSource(fresh);
    }
  }

  refresh(collections: CollectionInfo[]): void {
    for (const info of collections) {
      const entry = this.infos.get(info.id);
      if (!entry || entry.info.version === info.version) continue;
      entry.info = info;
      const fresh = source(info, this.day);
      for (const layer of this.vectors.get(info.id) ?? []) layer.setSource(fresh);
    }
  }
}

/** How high a collection is drawn: its style's own word, else areas below lines below points. */
function level(info: CollectionInfo): number {
  const said = (info.style[0]?.["metadata"] as Record<string, unknown> | undefined)?.["gis:level"];
  if (typeof said === "number") return said;
  if (info.geometry_type.includes("Point")) return 60;
  return info.geometry_type.includes("Line") ? 40 : 20;
}

function hasText(rule: Record<string, unknown>): boolean {
  return "text-field" in ((rule["layout"] as Record<string, unknown> | undefined) ?? {});
}

function source(info: CollectionInfo, day: string): VectorTileSource {
  const template = info.tiles ?? "";
  const mark = template.includes("?") ? "&" : "?";
  return new VectorTileSource({
    format: new MVT(),
    url: `${template}${mark}v=${encodeURIComponent(String(info.version))}${day && info.has_history ? `&asOf=${day}` : ""}`,
    tileGrid: createXYZ({ tileSize: TILE, minZoom: info.min_zoom, maxZoom: Math.min(info.max_zoom, 18) }),
    cacheSize: 96,
    overlaps: true,
  });
}
