/** Holds the next point of a drawing to a fixed bearing, a fixed length, or right angles. */
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import Interaction from "ol/interaction/Interaction.js";
import type { XY } from "../api/cadastre.js";
import { alongRay, distance, footOn, onCircle, type Catch } from "./snapping.js";

/** What is held: a bearing in degrees from north, a length in metres. */
export interface Hold {
  bearing: number | null;
  length: number | null;
}

export interface Drawn {
  hold: Hold;
  points: XY[];
  reach: number;
}

/** Moves pointer events onto what is held, and there onto what it meets; added before the interaction that snaps. */
export class Held extends Interaction {
  /** Where the pointer was at the last click, so that a second click there ends the drawing. */
  private clicked: number[] = [];

  constructor(
    private readonly near: Catch,
    private readonly drawn: () => Drawn,
  ) {
    super();
  }

  override handleEvent(event: MapBrowserEvent): boolean {
    if (!/^(pointer|click|singleclick|dblclick)/.test(event.type)) return true;
    const isSquare = (event.originalEvent as PointerEvent).shiftKey;
    const { pixel } = event;
    const isSecond = Math.hypot(pixel[0]! - (this.clicked[0] ?? NaN), pixel[1]! - (this.clicked[1] ?? NaN)) < 4;
    if (event.type === "pointerup") this.clicked = [...pixel];
    const held = this.place(event.coordinate as XY, isSquare);
    if (held) {
      event.coordinate = isSecond ? (this.drawn().points.at(-1) ?? held) : held;
      event.pixel = event.map.getPixelFromCoordinate(event.coordinate);
    }
    return true;
  }

  private place(at: XY, isSquare: boolean): XY | null {
    const { hold, points, reach } = this.drawn();
    const from = points.at(-1);
    if (!from || distance(from, at) === 0) return null;
    const toward = Math.atan2(at[0] - from[0], at[1] - from[1]);
    const bearing = hold.bearing !== null ? radians(hold.bearing) : isSquare ? this.square(points, toward, reach) : null;
    if (bearing === null && hold.length === null) return null;
    const long = hold.length ?? Math.max(0, (at[0] - from[0]) * Math.sin(bearing!) + (at[1] - from[1]) * Math.cos(bearing!));
    const free = ahead(from, bearing ?? toward, long);
    if (bearing !== null && hold.length !== null) return free;
    const around = this.near.stretches(free, reach);
    const met = bearing !== null ? alongRay(from, bearing, around) : onCircle(from, long, around);
    return met.sort((a, b) => distance(a, free) - distance(b, free)).find((one) => distance(one, free) < reach) ?? free;
  }

  /** The bearing square to or in line with the last stretch, or with the boundary that the drawing begins on. */
  private square(points: XY[], toward: number, reach: number): number {
    const [last, before] = [points.at(-1)!, points.at(-2)];
    const [edge] = before ? [[before, last] as const] : this.near.stretches(last, reach, true).sort((a, b) => distance(footOn(a, last), last) - distance(footOn(b, last), last));
    const base = edge ? Math.atan2(edge[1][0] - edge[0][0], edge[1][1] - edge[0][1]) : 0;
    return base + (Math.round((toward - base) / (Math.PI / 2)) * Math.PI) / 2;
  }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function ahead(from: XY, bearing: number, length: number): XY {
  return [from[0] + Math.sin(bearing) * length, from[1] + Math.cos(bearing) * length];
}
