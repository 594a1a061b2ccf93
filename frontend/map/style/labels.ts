/** Labels: isolated by direction, in the municipality's digits, one for each feature though tiles cut it. */
import type { FeatureLike } from "ol/Feature.js";
import { Point } from "ol/geom.js";
import RenderFeature from "ol/render/Feature.js";
import { Fill, Stroke, Style, Text } from "ol/style.js";
import { digitsOf } from "../../i18n.js";
import { straightStretches } from "./stretch.js";

export const FONT = '"IBM Plex Sans Arabic", "Noto Sans Arabic", sans-serif';
const ARABIC = /[\u0590-\u08ff\ufb1d-\ufeff]/;
const RTL_ISOLATE = "\u2067";
const LTR_ISOLATE = "\u2066";
const END = "\u2069";

/** Prepare a text for the canvas, which has no markup to say where directions change. */
export function canvasText(text: string): string {
  const digits = digitsOf(text);
  return `${ARABIC.test(text) ? RTL_ISOLATE : LTR_ISOLATE}${digits}${END}`;
}

const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map<string, number>();

/** Measure a text in pixels. */
export function textWidth(text: string, font: string): number {
  const key = `${font}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 5000) widths.clear();
    if (ruler) ruler.font = font;
    width = ruler?.measureText(text).width ?? text.length * 7;
    widths.set(key, width);
  }
  return width;
}

/**
 * What drawing one collection has to remember: hidden classes, the muted label, and which of a
 * feature's pieces carries its label.
 *
 * Neighbouring tiles hold a piece each; the biggest piece seen so far owns the label.
 * `changed` is set when a bigger piece came after a smaller one was already drawn.
 */
export class DrawingState {
  private readonly owners = new Map<string, { piece: WeakRef<object>; size: number }>();
  changed = false;
  /** The feature whose label is not drawn, since the selection writes it larger. */
  muted: string | null = null;
  /** Says of a feature, by its fields, whether its class is hidden. */
  hides: ((field: (name: string) => unknown) => boolean) | null = null;

  /** Say whether this piece carries the label of its feature. */
  owns(key: string, piece: FeatureLike, size: number): boolean {
    const owner = this.owners.get(key);
    const held = owner?.piece.deref();
    if (held === piece) return true;
    if (held && owner && owner.size >= size) return false;
    if (held) this.changed = true;
    if (this.owners.size > 60000) this.owners.clear();
    this.owners.set(key, { piece: new WeakRef(piece), size });
    return true;
  }
}

export interface LabelLook {
  size: number;
  weight: number;
  colour: string;
  halo: string;
  haloWidth: number;
  offset: [number, number];
  zIndex: number;
  overlap: boolean;
}

function text(value: string, look: LabelLook, rotation = 0): Text {
  return new Text({
    text: canvasText(value),
    font: `${look.weight} ${look.size}px ${FONT}`,
    fill: new Fill({ color: look.colour }),
    ...(look.haloWidth > 0 ? { stroke: new Stroke({ color: look.halo, width: look.haloWidth * 2 }) } : {}),
    offsetX: look.offset[0] * look.size,
    offsetY: look.offset[1] * look.size,
    overflow: true,
    ...(look.overlap ? { declutterMode: "none" as const } : {}),
    rotation,
    rotateWithView: true,
    padding: [2, 3, 2, 3],
    textAlign: "center",
    textBaseline: "middle",
  });
}

/** Label a point or an area at its place. */
export function pointLabel(value: string, look: LabelLook): Style {
  return new Style({ text: text(value, look), zIndex: look.zIndex });
}

/** Label a line: one straight text on its longest straight stretch, if it fits there. */
export function lineLabel(value: string, look: LabelLook, feature: FeatureLike, resolution: number): Style | null {
  if (!(feature instanceof RenderFeature)) return null;
  const flat = feature.getFlatCoordinates();
  const stride = feature.getStride();
  const needed = textWidth(digitsOf(value), `${look.weight} ${look.size}px ${FONT}`) * 1.08 * resolution;
  const ends = feature.getType() === "LineString" ? [flat.length] : ((feature.getEnds() ?? []) as number[]);
  let from = 0;
  for (const to of ends) {
    const [best] = straightStretches(flat, from, to, stride);
    if (best && best.length >= needed) {
      return new Style({
        geometry: new Point([best.x, best.y]),
        text: text(value, look, best.rotation),
        zIndex: look.zIndex,
      });
    }
    from = to;
  }
  return null;
}
