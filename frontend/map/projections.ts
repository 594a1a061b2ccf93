/** Coordinates in the national grids; the projection library is fetched only when first needed. */
import type { GridInfo, LonLat } from "../api/types.js";

type Forward = (point: LonLat) => LonLat;

export interface Projector {
  toGrid: Forward;
  fromGrid: Forward;
}

const made = new Map<number, Promise<Projector>>();

/** Return functions between WGS84 and a grid. */
export function projector(grid: GridInfo): Promise<Projector> {
  let found = made.get(grid.srid);
  if (!found) {
    found = import("proj4").then(({ default: proj4 }) => {
      const converter = proj4(grid.proj4);
      return {
        toGrid: (point: LonLat) => converter.forward(point) as LonLat,
        fromGrid: (point: LonLat) => converter.inverse(point) as LonLat,
      };
    });
    made.set(grid.srid, found);
  }
  return found;
}

const RADIUS = 6378137;

/** Convert Web Mercator metres to longitude and latitude. */
export function toLonLat([x, y]: readonly number[]): LonLat {
  return [((x ?? 0) / RADIUS) * (180 / Math.PI), (2 * Math.atan(Math.exp((y ?? 0) / RADIUS)) - Math.PI / 2) * (180 / Math.PI)];
}

/** Convert longitude and latitude to Web Mercator metres. */
export function fromLonLat([lon, lat]: readonly number[]): LonLat {
  const clamped = Math.max(-85.06, Math.min(85.06, lat ?? 0));
  return [(RADIUS * (lon ?? 0) * Math.PI) / 180, RADIUS * Math.log(Math.tan(Math.PI / 4 + (clamped * Math.PI) / 360))];
}
