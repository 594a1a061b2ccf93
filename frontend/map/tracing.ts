/** Follows boundaries with the pointer: a trace begins with Alt and a click, the next click ends it. */
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import Interaction from "ol/interaction/Interaction.js";
import type { XY } from "../api/cadastre.js";
import { TINY, distance, footOn, type Catch, type Segment } from "./snapping.js";

/** What a trace is followed through: the stretches near a place. */
export type Network = Pick<Catch, "stretches">;

/** So many times farther than it is caught the pointer may stray from what it traces. */
const STRAY = 4;
/** A pointer that jumped over more corners is not followed. */
const MOST_CORNERS = 400;
/** A pointer that moved by more pixels while it was pressed has dragged. */
const CLICK = 6;

const isSame = (a: XY, b: XY): boolean => distance(a, b) < TINY;
const isOn = (a: XY, b: XY, at: XY): boolean => isSame(footOn([a, b], at), at);

/** Lead a trace from its end to a place on a stretch; going back shortens it. Null where no way leads there. */
export function follow(trace: XY[], stretch: Segment, to: XY, network: Network): XY[] | null {
  const end = trace.at(-1)!;
  const isCorner = network.stretches(end, TINY).flat().some((one) => isSame(one, end));
  const settled = isCorner || trace.length === 1 ? trace : trace.slice(0, -1);
  return shortest(end, stretch, to, network)?.reduce(lengthen, settled) ?? null;
}

/** Add a place to a trace; where it comes over itself, what lies between is dropped, unless it closes a ring. */
function lengthen(trace: XY[], at: XY): XY[] {
  if (trace.length > 2 && isSame(trace[0]!, at)) return [...trace, at];
  const isAgain = (one: XY, n: number): boolean => isSame(one, at) || (n + 1 < trace.length && isOn(one, trace[n + 1]!, at));
  const isPassed = (one: XY, n: number): boolean => n + 1 < trace.length && isOn(trace.at(-1)!, at, one);
  const fork = trace.findIndex((one, n) => isAgain(one, n) || isPassed(one, n));
  const kept = fork >= 0 ? trace.slice(0, fork + 1) : trace;
  return isSame(kept.at(-1)!, at) ? kept : [...kept, at];
}

/** The shortest way from a place to one on a stretch: the corners on it, and that place. */
function shortest(from: XY, [a, b]: Segment, to: XY, network: Network): XY[] | null {
  const open = [{ at: from, length: 0, way: [] as XY[] }];
  const done = new Set<string>();
  while (open.length && done.size < MOST_CORNERS) {
    const best = open.reduce((one, other) => (other.length < one.length ? other : one));
    open.splice(open.indexOf(best), 1);
    const { at, length, way } = best;
    if (at === to) return way;
    if (done.has(at.join())) continue;
    done.add(at.join());
    const next = isOn(a, b, at) ? [to] : network.stretches(at, TINY).flat();
    open.push(...next.map((one) => ({ at: one, length: length + distance(at, one), way: [...way, one] })));
  }
  return null;
}

/** Moves pointer events along what is traced; added before the interactions that hold and snap. */
export class Tracing extends Interaction {
  private trace: XY[] = [];
  private pressed: number[] = [];

  constructor(
    private readonly near: Catch,
    private readonly reach: () => number,
    /** Take back so many corners of the drawing, and add others. */
    private readonly redraw: (dropped: number, added: XY[]) => void,
  ) {
    super();
  }

  /** Let the pointer go where it likes. */
  stop(): void {
    this.trace = [];
  }

  override handleEvent(event: MapBrowserEvent): boolean {
    if (!/^pointer(move|down|up)$/.test(event.type)) return true;
    const { pixel } = event;
    const begins = (event.originalEvent as PointerEvent).altKey && event.type !== "pointermove";
    const at = this.trace.length ? this.lead(event.coordinate as XY) : begins ? this.start(event.coordinate as XY) : null;
    if (at) {
      event.coordinate = [...at];
      event.pixel = event.map.getPixelFromCoordinate(at);
    }
    if (event.type === "pointerdown") this.pressed = [...pixel];
    const isClick = Math.hypot(pixel[0]! - (this.pressed[0] ?? NaN), pixel[1]! - (this.pressed[1] ?? NaN)) < CLICK;
    if (event.type === "pointerup" && isClick) this.trace = begins && at ? [at] : [];
    return true;
  }

  /** The place nearest on a boundary, where one is within reach. */
  private start(at: XY): XY | null {
    const [stretch] = this.nearest(at, this.reach());
    return stretch ? footOn(stretch, at) : null;
  }

  /** Follow the pointer; what cannot be reached along boundaries is passed by. */
  private lead(at: XY): XY {
    for (const stretch of this.nearest(at, STRAY * this.reach())) {
      const corner = stretch.find((one) => distance(one, at) < this.reach());
      const now = follow(this.trace, stretch, corner ?? footOn(stretch, at), this.near);
      if (now) return this.draw(now);
    }
    return this.trace.at(-1)!;
  }

  private nearest(at: XY, reach: number): Segment[] {
    const gap = (one: Segment): number => distance(footOn(one, at), at);
    return this.near.stretches(at, reach).sort((one, other) => gap(one) - gap(other));
  }

  private draw(now: XY[]): XY {
    const [before, after] = [this.trace.slice(1, -1), now.slice(1, -1)];
    const fork = after.findIndex((one, n) => before[n]?.join() !== one.join());
    const same = fork < 0 ? Math.min(before.length, after.length) : fork;
    this.trace = now;
    this.redraw(before.length - same, after.slice(same));
    return now.at(-1)!;
  }
}
