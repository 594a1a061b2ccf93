/** The catalogue's collections and rasters as map layers. */
import type Map from "ol/Map.js";
import MVT from "ol/format/MVT.js";
import TileLayer from "ol/layer/Tile.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import XYZ from "ol/source/XYZ.js";
import { createXYZ } from "ol/tilegrid.js";
import type { CollectionInfo, RasterInfo } from "../api/types.js";
import type { Hit } from "./engine.js";
import { LabelOwners } from "./style/labels.js";
import { interpret } from "./style/interpreter.js";

const TILE = 512;
const NAMES = ["number", "name", "code", "label"];

/** Holds one layer for each collection, made when it is first shown. */
export class CollectionLayers {
  private readonly infos = new globalThis.Map<string, { info: CollectionInfo; order: number }>();
  private readonly vectors = new globalThis.Map<string, VectorTileLayer>();
  private readonly rasters = new globalThis.Map<string, TileLayer<XYZ>>();
  private readonly faded = new globalThis.Map<string, number>();

  constructor(
    private readonly map: Map,
    private readonly groundScale: () => number,
  ) {}

  add(collections: CollectionInfo[], rasters: RasterInfo[]): void {
    rasters.forEach((raster, index) => this.addRaster(raster, index));
    collections.forEach((info, index) => this.infos.set(info.id, { info, order: 100 + index }));
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
    if (existing) existing.setVisible(shown);
    else if (shown) this.create(id);
  }

  fade(id: string, opacity: number): void {
    this.faded.set(id, opacity);
    this.vectors.get(id)?.setOpacity(opacity);
    this.rasters.get(id)?.setOpacity(opacity);
  }

  private create(id: string): void {
    const entry = this.infos.get(id);
    if (!entry?.info.tiles) return;
    const { info, order } = entry;
    const owners = new LabelOwners();
    const layer = new VectorTileLayer({
      source: source(info),
      style: interpret(info.style, owners, this.groundScale),
      declutter: true,
      renderBuffer: 64,
      zIndex: order,
      opacity: this.faded.get(id) ?? info.opacity,
      minZoom: info.min_zoom + 1 - 0.01,
      properties: { collection: id },
    });
    this.map.on("loadend", () => {
      if (!owners.changed) return;
      owners.changed = false;
      layer.changed();
    });
    this.vectors.set(id, layer);
    this.map.addLayer(layer);
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

  refresh(collections: CollectionInfo[]): void {
    for (const info of collections) {
      const entry = this.infos.get(info.id);
      if (!entry || entry.info.version === info.version) continue;
      entry.info = info;
      this.vectors.get(info.id)?.setSource(source(info));
    }
  }
}

function source(info: CollectionInfo): VectorTileSource {
  const template = info.tiles ?? "";
  const mark = template.includes("?") ? "&" : "?";
  return new VectorTileSource({
    format: new MVT({ idProperty: "id" }),
    url: `${template}${mark}v=${encodeURIComponent(String(info.version))}`,
    tileGrid: createXYZ({ tileSize: TILE, minZoom: info.min_zoom, maxZoom: Math.min(info.max_zoom, 18) }),
    cacheSize: 96,
    overlaps: true,
  });
}
