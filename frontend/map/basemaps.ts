/** What lies under the portal's own layers: nothing, or tiles that the instance's settings name. */
import type Map from "ol/Map.js";
import type BaseLayer from "ol/layer/Base.js";
import TileLayer from "ol/layer/Tile.js";
import XYZ from "ol/source/XYZ.js";
import type { BasemapInfo } from "../api/types.js";

/** Lets one basemap be chosen. */
export class Basemaps {
  private current: BaseLayer | null = null;
  private chosen = "own";

  constructor(
    private readonly map: Map,
    private readonly infos: BasemapInfo[],
  ) {}

  /** Show the basemap with this id, or none for an unknown one. */
  async choose(id: string): Promise<void> {
    if (id === this.chosen) return;
    this.chosen = id;
    const info = this.infos.find((one) => one.id === id);
    const layer = info ? await make(info) : null;
    if (this.chosen !== id) return;
    if (this.current) this.map.removeLayer(this.current);
    this.current = layer;
    if (layer) this.map.addLayer(layer);
  }

  /** Who is to be named for what is shown. */
  attribution(): string {
    return this.infos.find((one) => one.id === this.chosen)?.attribution ?? "";
  }
}

async function make(info: BasemapInfo): Promise<BaseLayer | null> {
  if (!info.url) return null;
  if (info.kind === "pmtiles") {
    const { pmtilesLayer } = await import("./pmtiles.js");
    return pmtilesLayer(info.url);
  }
  return new TileLayer({ source: new XYZ({ url: info.url, crossOrigin: "anonymous", maxZoom: 19 }), zIndex: 0, opacity: 0.85 });
}
