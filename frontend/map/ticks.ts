/** Grid crosses at round coordinates, with their values at the margin of a plan. */
import Feature from "ol/Feature.js";
import type { Coordinate } from "ol/coordinate.js";
import { MultiPoint, Point } from "ol/geom.js";
import type VectorSource from "ol/source/Vector.js";
import { coordinate } from "../i18n.js";

/** Fill a source with the crosses and values of what is in view. */
export function drawTicks(source: VectorSource, [west, south, east, north]: [number, number, number, number]): void {
  const step = roundStep((east - west) / 5);
  const crosses: Coordinate[] = [];
  source.clear();
  for (let x = Math.ceil(west / step) * step; x < east; x += step) {
    for (let y = Math.ceil(south / step) * step; y < north; y += step) crosses.push([x, y]);
    source.addFeature(tick([x, north], coordinate(x), "top"));
  }
  for (let y = Math.ceil(south / step) * step; y < north; y += step) source.addFeature(tick([west, y], coordinate(y), "left"));
  source.addFeature(new Feature(new MultiPoint(crosses)));
}

function tick(at: Coordinate, text: string, side: "top" | "left"): Feature {
  const feature = new Feature(new Point(at));
  feature.setProperties({ text, side });
  return feature;
}

function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return ([5, 2, 1].find((factor) => factor * power <= width) ?? 1) * power;
}
