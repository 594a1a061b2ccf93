/** Outlines of buildings as other layers hold them: areas, or the closed lines of a drawing. */
import type { Geometry, GridInfo, LonLat } from "../api/types.js";
import { areaOf } from "./measure.js";
import { projector } from "./projections.js";

function isClosed(line: LonLat[]): boolean {
  const [first, last] = [line[0], line[line.length - 1]];
  return line.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
}

/** The area that a shape is or encloses, as a multipolygon; null where it does neither. */
export function outlineOf(shape: Geometry | null): Geometry | null {
  if (shape?.type === "MultiPolygon") return shape;
  if (shape?.type === "Polygon") return { type: "MultiPolygon", coordinates: [shape.coordinates] };
  const lines = shape?.type === "LineString" ? [shape.coordinates] : shape?.type === "MultiLineString" ? (shape.coordinates as unknown[]) : [];
  const rings = (lines as LonLat[][]).filter(isClosed);
  return rings.length > 0 ? { type: "MultiPolygon", coordinates: rings.map((ring) => [ring.map(([lon, lat]) => [lon, lat])]) } : null;
}

/** The area of a multipolygon in the national grid, in square metres. */
export async function squareMetres(shape: Geometry, grid: GridInfo): Promise<number> {
  const project = await projector(grid);
  const area = (ring: LonLat[]): number => areaOf(ring.map((point) => project.toGrid(point)));
  return (shape.coordinates as LonLat[][][]).reduce((sum, [outer = [], ...holes]) => sum + area(outer) - holes.reduce((all, hole) => all + area(hole), 0), 0);
}
