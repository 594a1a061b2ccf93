/** The profile of a drawn line over the terrain: a small chart, its extremes, rise and fall. */
import { readProfile } from "../api/client.js";
import type { LonLat, Profile, RasterInfo } from "../api/types.js";
import type { App } from "../app.js";
import { h, svg } from "../dom.js";
import { isolatedNumber, number, t } from "../i18n.js";

const WIDTH = 320;
const HEIGHT = 96;

/** The terrain model that a line is read from: one that is shown, else the first over the place. */
export function terrainOf(app: App, [lon, lat]: LonLat): RasterInfo | undefined {
  const around = app.catalogue.rasters.filter(
    ({ has_heights, extent }) => has_heights && (!extent || (extent[0] <= lon && lon <= extent[2] && extent[1] <= lat && lat <= extent[3])),
  );
  return around.find((one) => app.store.now.visible.has(one.id)) ?? around[0];
}

/** Draw the profile along a line, or nothing where the terrain is not known. */
export async function profileOf(app: App, line: LonLat[], signal: AbortSignal): Promise<HTMLElement | null> {
  const terrain = line[0] && terrainOf(app, line[0]);
  if (!terrain) return null;
  const profile = await readProfile(terrain.slug, line, signal);
  if (profile.least === null || profile.most === null) return null;
  return drawn(profile, profile.least, profile.most);
}

function drawn(profile: Profile, least: number, most: number): HTMLElement {
  const words = t("profile.words", {
    least: height(least, profile.unit),
    most: height(most, profile.unit),
    rise: height(profile.rise, profile.unit),
    fall: height(profile.fall, profile.unit),
  });
  const caption = h("figcaption", { class: "muted" }, words);
  return h("figure", { class: "profile" }, chart(profile, least, most, words), caption);
}

function height(value: number, unit: string): string {
  return `${isolatedNumber(number(value, 1))} ${unit === "m" ? t("unit.metre_short") : unit}`.trim();
}

function chart(profile: Profile, least: number, most: number, words: string): SVGElement {
  const span = most - least || 1;
  const x = (at: number): number => (at / profile.length_m) * WIDTH;
  const y = (value: number): number => HEIGHT - 6 - ((value - least) / span) * (HEIGHT - 12);
  const shapes = known(profile.points).flatMap((part) => {
    const line = part.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join("L");
    const [from, to] = [part[0]?.[0] ?? 0, part.at(-1)?.[0] ?? 0];
    const ground = svg("path", { class: "profile-ground", d: `M${x(from)},${HEIGHT}L${line}L${x(to)},${HEIGHT}Z` });
    return [ground, svg("path", { class: "profile-line", d: `M${line}` })];
  });
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words }, ...shapes);
}

/** The stretches of a profile on which the value is known. */
function known(points: [number, number | null][]): [number, number][][] {
  const parts: [number, number][][] = [[]];
  for (const [at, value] of points) {
    if (value === null) parts.push([]);
    else parts.at(-1)?.push([at, value]);
  }
  return parts.filter((part) => part.length > 1);
}
