/** Says which value the shown rasters have where the map was clicked. */
import { readValue } from "../api/client.js";
import type { LonLat, RasterInfo } from "../api/types.js";
import type { App } from "../app.js";
import { h } from "../dom.js";
import { isolatedNumber, number, t } from "../i18n.js";

/** Follow clicks on a map whose rasters hold numbers; a map without any is left as it is. */
export function cellValues(app: App, host: HTMLElement): void {
  if (!app.catalogue.rasters.some((one) => one.has_values)) return;
  const place = h("p", { class: "cell-value", role: "status", hidden: true });
  host.append(place);
  let request = new AbortController();
  app.map.onClick(({ at }) => {
    request.abort();
    request = new AbortController();
    const shown = app.catalogue.rasters.filter((one) => one.has_values && app.store.now.visible.has(one.id));
    place.hidden = shown.length === 0;
    if (shown.length > 0) void tell(place, shown, at, request.signal);
  });
  app.store.subscribe((now, before) => {
    if (now.visible !== before.visible) place.hidden = true;
  });
}

async function tell(place: HTMLElement, rasters: RasterInfo[], at: LonLat, signal: AbortSignal): Promise<void> {
  try {
    const lines = await Promise.all(rasters.map(async (raster) => words(raster, await readValue(raster.slug, at, signal))));
    if (!signal.aborted) place.replaceChildren(...lines.map((line) => h("span", {}, line)));
  } catch {
    if (!signal.aborted) place.replaceChildren(t("values.failed"));
  }
}

function words(raster: RasterInfo, values: (number | null)[]): string {
  const [value] = values;
  if (value === null || value === undefined) return t("values.unknown", { title: raster.title });
  const unit = raster.unit === "m" ? t("unit.metre_short") : (raster.unit ?? "");
  return t("values.here", { title: raster.title, value: `${isolatedNumber(number(value, 2, 0))} ${unit}`.trim() });
}
