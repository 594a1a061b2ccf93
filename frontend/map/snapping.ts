/** What a point of the plan may be put onto: vertices, crossings, edges, street lines. */
import type Collection from "ol/Collection.js";
import type Feature from "ol/Feature.js";
import { LineString, MultiLineString, MultiPolygon, Polygon, type Geometry } from "ol/geom.js";
import type { XY } from "../api/cadastre.js";

export type Segment = [XY, XY];
/** Places that are not farther apart are one. */
export const TINY = 1e-6;
export type Caught = "vertex" | "crossing" | "edge" | "street";

/** The straight stretches of a shape. */
function segmentsOf(geometry: Geometry | undefined): Segment[] {
  if (geometry instanceof LineString) return stretches(geometry.getCoordinates() as XY[]);
  if (geometry instanceof MultiLineString || geometry instanceof Polygon) return (geometry.getCoordinates() as XY[][]).flatMap(stretches);
  return geometry instanceof MultiPolygon ? (geometry.getCoordinates() as XY[][][]).flat().flatMap(stretches) : [];
}

function stretches(points: XY[]): Segment[] {
  return points.slice(1).map((to, n) => [points[n]!, to]);
}

export function distance(a: XY, b: XY): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The place on a stretch that is nearest to a point. */
export function footOn([from, to]: Segment, at: XY): XY {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const share = ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const kept = Math.min(1, Math.max(0, share));
  return [from[0] + kept * dx, from[1] + kept * dy];
}

function nearest(places: XY[], at: XY, reach: number): XY | null {
  const [best] = places.filter((one) => distance(one, at) < reach).sort((a, b) => distance(a, at) - distance(b, at));
  return best ?? null;
}

/** Searches what is drawn around a place. */
export class Catch {
  private readonly known = new WeakMap<Feature<Geometry>, Segment[]>();

  constructor(private readonly features: Collection<Feature<Geometry>>) {}

  /** The stretches within reach of a place; of plots alone where asked. */
  stretches(at: XY, reach: number, ofPlots = false): Segment[] {
    const box = [at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach];
    return this.features
      .getArray()
      .filter((one) => (!ofPlots || one.get("plot")) && one.getGeometry()?.intersectsExtent(box))
      .flatMap((one) => this.segments(one))
      .filter((one) => distance(footOn(one, at), at) < reach);
  }

  /** The vertex nearest to a place, of plots alone, but for one. */
  vertex(at: XY, reach: number, but: XY | null = null): XY | null {
    const ends = this.stretches(at, reach, true).flat();
    return nearest(but ? ends.filter((one) => distance(one, but) > 0) : ends, at, reach);
  }

  /** The place on a boundary or street line nearest to a place; a crossing before an edge. Edges at `but` do not count. */
  edge(at: XY, reach: number, but: XY | null = null): XY | null {
    const near = this.stretches(at, reach).filter((one) => !but || one.every((end) => distance(end, but) > 0));
    return nearest(crossings(near), at, reach) ?? nearest(near.map((one) => footOn(one, at)), at, reach);
  }

  /** What kind of place a caught point is. */
  kind(at: XY, feature: Feature<Geometry> | null): Caught {
    const here = this.stretches(at, TINY * 10);
    if (here.some((one) => one.some((end) => distance(end, at) < TINY))) return "vertex";
    if (crossings(here).length) return "crossing";
    return feature?.get("kind") === "street" ? "street" : "edge";
  }

  private segments(feature: Feature<Geometry>): Segment[] {
    const known = this.known.get(feature) ?? segmentsOf(feature.getGeometry());
    this.known.set(feature, known);
    return known;
  }
}

function crossings(segments: Segment[]): XY[] {
  return segments.flatMap((one, n) => segments.slice(n + 1).flatMap((other) => crossing(one, other)));
}

function crossing([a, b]: Segment, [c, d]: Segment): XY[] {
  const [rx, ry, sx, sy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const cross = rx * sy - ry * sx;
  if (Math.abs(cross) < 1e-9) return [];
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross;
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? [[a[0] + t * rx, a[1] + t * ry]] : [];
}

/** Where a ray from a place, at a bearing in radians, meets stretches. */
export function alongRay(from: XY, bearing: number, segments: Segment[]): XY[] {
  const far: XY = [from[0] + Math.sin(bearing) * 1e5, from[1] + Math.cos(bearing) * 1e5];
  return segments.flatMap((one) => crossing([from, far], one));
}

/** Where a circle around a place meets stretches. */
export function onCircle(from: XY, radius: number, segments: Segment[]): XY[] {
  return segments.flatMap(([a, b]) => {
    const [dx, dy, fx, fy] = [b[0] - a[0], b[1] - a[1], a[0] - from[0], a[1] - from[1]];
    const [p, q, r] = [dx * dx + dy * dy, 2 * (fx * dx + fy * dy), fx * fx + fy * fy - radius * radius];
    const root = Math.sqrt(q * q - 4 * p * r);
    return [(-q - root) / (2 * p), (-q + root) / (2 * p)].filter((t) => t >= 0 && t <= 1).map((t): XY => [a[0] + t * dx, a[1] + t * dy]);
  });
}
