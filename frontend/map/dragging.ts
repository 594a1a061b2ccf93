/** Drags what neighbours share: a vertex, or an edge parallel to itself. */
import type Map from "ol/Map.js";
import Pointer from "ol/interaction/Pointer.js";
import type { XY } from "../api/cadastre.js";
import { distance, footOn, type Catch } from "./snapping.js";

export type Moves = [from: XY, to: XY][];

/** What was taken hold of: its vertices, and the place on it. */
interface Grip {
  ends: XY[];
  at: XY;
}

interface Dragged {
  reach: () => number;
  isSnapping: () => boolean;
  over: (ends: XY[]) => void;
  show: (moves: Moves) => void;
  done: (moves: Moves) => void;
}

/** Make the interaction: it tells what is under the pointer, what would move, and what was moved. */
export function dragging(map: Map, near: Catch, tell: Dragged): Pointer {
  let grip: Grip | null = null;
  const placeOf = (pixel: number[]): XY => map.getCoordinateFromPixel(pixel) as XY;
  const movesTo = (pixel: number[]): Moves => {
    if (!grip) return [];
    const at = placeOf(pixel);
    const [only] = grip.ends.length === 1 ? grip.ends : [];
    const caught = tell.isSnapping() ? (near.vertex(at, tell.reach(), only ?? null) ?? (only ? near.edge(at, tell.reach(), only) : null)) : null;
    const to = caught ?? at;
    return only ? [[only, to]] : grip.ends.map((end) => [end, [end[0] + to[0] - grip!.at[0], end[1] + to[1] - grip!.at[1]]]);
  };
  return new Pointer({
    handleDownEvent: (event) => {
      grip = gripAt(near, placeOf(event.pixel), tell.reach());
      return grip !== null;
    },
    handleDragEvent: (event) => tell.show(movesTo(event.pixel)),
    handleUpEvent: (event) => {
      const moves = movesTo(event.pixel).filter(([from, to]) => distance(from, to) > 1e-4);
      tell.show([]);
      if (moves.length) tell.done(moves);
      grip = null;
      return false;
    },
    handleMoveEvent: (event) => tell.over(gripAt(near, placeOf(event.pixel), tell.reach())?.ends ?? []),
  });
}

function gripAt(near: Catch, at: XY, reach: number): Grip | null {
  const vertex = near.vertex(at, reach);
  if (vertex) return { ends: [vertex], at: vertex };
  const [edge] = near.stretches(at, reach, true).sort((a, b) => distance(footOn(a, at), at) - distance(footOn(b, at), at));
  return edge ? { ends: [...edge], at: footOn(edge, at) } : null;
}
