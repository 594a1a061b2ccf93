/** What frames the map: scale bar, loading bar, coordinates. */
import type { GridInfo, LonLat } from "../api/types.js";
import type { MapEngine } from "../map/engine.js";
import { number, t } from "../i18n.js";

const STEPS = [1, 2, 5];

/** Keep a scale bar right: text and a bar of a round length, at most `widest` pixels. */
export function scaleBar(map: MapEngine, element: HTMLElement, widest = 84): void {
  const text = element.querySelector<HTMLElement>(".scale-text");
  const bar = element.querySelector<HTMLElement>(".scale-line");
  const update = (): void => {
    const metres = roundBelow(map.metresPerPixel() * widest);
    if (text) text.textContent = metres >= 1000 ? `${number(metres / 1000)} km` : `${number(metres, metres < 1 ? 1 : 0)} m`;
    if (bar) bar.style.inlineSize = `${Math.round(metres / map.metresPerPixel())}px`;
  };
  map.onMove(update);
  map.onResolution(update);
  update();
}

function roundBelow(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return power * (STEPS.filter((step) => step * power <= metres).at(-1) ?? 1);
}

/** Show the 2 px bar while tiles are on their way. */
export function loadingBar(map: MapEngine, element: HTMLElement): void {
  map.onLoading((loading) => element.classList.toggle("on", loading));
}

/** Write a place in degrees. */
export function degreesText([lon, lat]: LonLat): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** Write a place in the grid's metres, east before north. */
export function gridText([east, north]: LonLat): string {
  const spaced = (value: number): string => value.toFixed(1).replace(/\B(?=(\d{3})+(?!\d)(?=\.))/g, "\u2009").replace(/(\d)(?=(\d{3})+\.)/g, "$1\u2009");
  return `${spaced(east)}, ${spaced(north)}`;
}

/** Name a grid for the status line. */
export function gridName(grid: GridInfo): string {
  return `EPSG:${grid.srid}`;
}

/** The scale as "1:1,000", rounded to what a reader can use. */
export function scaleText(map: MapEngine): string {
  const exact = map.scale();
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
  return t("map.scale", { scale: number(Math.round(exact / unit) * unit) });
}
