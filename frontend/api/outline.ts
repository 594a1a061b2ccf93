/** Edges measured from outlines, so that the server need not send every coordinate twice. */
import type { Around, Edge, Plot, Shape, XY } from "./cadastre.js";

type Bare = Omit<Plot, "edges">;
export type BareAround = Omit<Around, "in_force" | "proposed" | "others"> & Record<"in_force" | "proposed" | "others", Bare[]>;

function edge(from: XY, to: XY): Edge {
  const [east, north] = [to[0] - from[0], to[1] - from[1]];
  return { from, to, length_m: Math.hypot(east, north), bearing: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360 };
}

function isClockwise(ring: XY[]): boolean {
  return ring.slice(1).reduce((sum, [x, y], n) => sum + (x - ring[n]![0]) * (y + ring[n]![1]), 0) > 0;
}

/** The outer edges of a polygon's parts, clockwise as surveyors list them. */
export function edgesOf(shape: Shape): Edge[] {
  const parts = (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates) as XY[][][];
  return parts.flatMap(([outer = []]) => {
    const ring = isClockwise(outer) ? outer : [...outer].reverse();
    return ring.slice(1).map((to, n) => edge(ring[n]!, to));
  });
}

/** The same answer with every plot's edges. */
export function measured(around: BareAround): Around {
  const whole = (plots: Bare[]): Plot[] => plots.map((plot) => ({ ...plot, edges: edgesOf(plot.geometry) }));
  return { ...around, in_force: whole(around.in_force), proposed: whole(around.proposed), others: whole(around.others) };
}
