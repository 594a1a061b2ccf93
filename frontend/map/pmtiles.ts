/** A PMTiles archive on the instance's own disk as basemap (Protomaps' basic layers). */
import type BaseLayer from "ol/layer/Base.js";
import MVT from "ol/format/MVT.js";
import TileLayer from "ol/layer/Tile.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import ImageTile from "ol/source/ImageTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import type VectorTile from "ol/VectorTile.js";
import { Fill, Stroke, Style } from "ol/style.js";
import { PMTiles, TileType } from "pmtiles";

const FILLS: Record<string, Style> = {
  water: new Style({ fill: new Fill({ color: "#CFE2EE" }) }),
  landuse: new Style({ fill: new Fill({ color: "#EDEBDD" }) }),
  buildings: new Style({ fill: new Fill({ color: "#E2D8C9" }) }),
};
const LINES: Record<string, Style> = {
  roads: new Style({ stroke: new Stroke({ color: "#FFFFFF", width: 2 }) }),
  boundaries: new Style({ stroke: new Stroke({ color: "#B9AFA0", width: 1, lineDash: [6, 4] }) }),
};

/** Make a layer of an archive, pictures or vector tiles. */
export async function pmtilesLayer(url: string): Promise<BaseLayer> {
  const archive = new PMTiles(new URL(url, location.origin).href);
  const header = await archive.getHeader();
  if (header.tileType !== TileType.Mvt) return pictures(archive, header.maxZoom);
  const format = new MVT({ layers: [...Object.keys(FILLS), ...Object.keys(LINES)] });
  const source = new VectorTileSource({
    format,
    url: "{z}/{x}/{y}",
    maxZoom: header.maxZoom,
    tileLoadFunction: (tile, path) => {
      const [z, x, y] = path.split("/").map(Number);
      (tile as VectorTile<never>).setLoader(async (extent, _resolution, projection) => {
        const answer = await archive.getZxy(z ?? 0, x ?? 0, y ?? 0);
        const features = answer ? format.readFeatures(answer.data, { extent, featureProjection: projection }) : [];
        (tile as VectorTile<never>).setFeatures(features as never[]);
        return features as never[];
      });
    },
  });
  const style = (feature: { get(name: string): unknown }): Style | undefined => {
    const name = String(feature.get("layer"));
    return FILLS[name] ?? LINES[name];
  };
  return new VectorTileLayer({ source, style, zIndex: 0 });
}

function pictures(archive: PMTiles, maxZoom: number): BaseLayer {
  const source = new ImageTile({
    maxZoom,
    loader: async (z: number, x: number, y: number) => {
      const answer = await archive.getZxy(z, x, y);
      const picture = new Image();
      picture.src = URL.createObjectURL(new Blob([answer?.data ?? new ArrayBuffer(0)]));
      await picture.decode();
      URL.revokeObjectURL(picture.src);
      return picture;
    },
  });
  return new TileLayer({ source, zIndex: 0 });
}
