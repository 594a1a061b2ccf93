/** Finds the straight stretches of a line, where a street's name can stand without bending. */

export interface Stretch {
  x: number;
  y: number;
  /** Clockwise rotation in radians that keeps the text upright. */
  rotation: number;
  length: number;
}

const BEND = 0.17;

function turn(a: number, b: number): number {
  const difference = Math.abs(a - b) % (2 * Math.PI);
  return difference > Math.PI ? 2 * Math.PI - difference : difference;
}

/**
 * Split a line (flat coordinates x, y, x, y …) where it turns by more than about ten degrees
 * from the stretch's own direction, and return the stretches, longest first.
 */
export function straightStretches(flat: ArrayLike<number>, from: number, to: number, stride: number): Stretch[] {
  const found: Stretch[] = [];
  let start = from;
  let heading: number | null = null;
  for (let index = from; index + stride < to; index += stride) {
    const dx = (flat[index + stride] ?? 0) - (flat[index] ?? 0);
    const dy = (flat[index + stride + 1] ?? 0) - (flat[index + 1] ?? 0);
    if (dx === 0 && dy === 0) continue;
    const angle = Math.atan2(dy, dx);
    if (heading === null) heading = angle;
    else if (turn(angle, heading) > BEND) {
      found.push(stretch(flat, start, index));
      start = index;
      heading = angle;
    }
  }
  found.push(stretch(flat, start, to - stride));
  return found.sort((a, b) => b.length - a.length);
}

function stretch(flat: ArrayLike<number>, from: number, to: number): Stretch {
  const x1 = flat[from] ?? 0;
  const y1 = flat[from + 1] ?? 0;
  const x2 = flat[to] ?? x1;
  const y2 = flat[to + 1] ?? y1;
  let angle = Math.atan2(y2 - y1, x2 - x1);
  if (angle > Math.PI / 2) angle -= Math.PI;
  if (angle <= -Math.PI / 2) angle += Math.PI;
  return { x: (x1 + x2) / 2, y: (y1 + y2) / 2, rotation: -angle, length: Math.hypot(x2 - x1, y2 - y1) };
}
