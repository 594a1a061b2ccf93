/** The rasters in the layer list: one row for each picture, with its dates where it has several. */
import type { RasterInfo } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { day, t } from "../i18n.js";

type Fader = (id: string, title: string) => HTMLElement;

/** Make the group of rasters; `fader` makes the control of one raster's opacity. */
export function imagery(app: App, fader: Fader): HTMLElement {
  const rows = pictures(app.catalogue.rasters).map((dates) => row(app, dates, fader));
  const heading = h("summary", {}, icon("chevron-down"), h("span", {}, t("layers.imagery")));
  return h("details", { class: "layer-group" }, heading, h("ul", { role: "list" }, ...rows));
}

/** Rasters by mosaic, in the catalogue's order, each with its newest date first. */
function pictures(rasters: RasterInfo[]): RasterInfo[][] {
  const found = new Map<string, RasterInfo[]>();
  for (const raster of rasters) {
    const key = raster.mosaic ? `mosaic ${raster.mosaic}` : raster.id;
    found.set(key, [...(found.get(key) ?? []), raster]);
  }
  return [...found.values()].map((dates) => dates.sort((a, b) => (b.taken ?? "").localeCompare(a.taken ?? "")));
}

function row(app: App, dates: RasterInfo[], fader: Fader): HTMLElement {
  let chosen = dates.find((one) => app.store.now.visible.has(one.id)) ?? dates[0]!;
  const box = h("input", { type: "checkbox", "data-layer": chosen.id });
  const title = h("span", { class: "grow" }, chosen.title);
  let slider = fader(chosen.id, chosen.title);
  const item = h("li", { class: "layer" }, h("div", { class: "layer-row" }, h("label", { class: "layer-name" }, box, title), icon("image", "layer-sign")));
  box.addEventListener("change", () => app.store.show(chosen.id, box.checked));
  const take = (next: RasterInfo): void => {
    const wasShown = app.store.now.visible.has(chosen.id);
    app.store.show(chosen.id, false);
    chosen = next;
    box.dataset["layer"] = next.id;
    title.textContent = next.title;
    const other = fader(next.id, next.title);
    slider.replaceWith(other);
    slider = other;
    if (wasShown) app.store.show(next.id, true);
  };
  if (dates.length > 1) item.append(choice(dates, chosen, take));
  item.append(slider);
  const update = (): void => {
    box.checked = app.store.now.visible.has(chosen.id);
    item.classList.toggle("is-off", !box.checked);
  };
  app.store.subscribe(update);
  update();
  return item;
}

function choice(dates: RasterInfo[], chosen: RasterInfo, take: (next: RasterInfo) => void): HTMLElement {
  const options = dates.map((one) => h("option", { value: one.id }, one.taken ? day(one.taken) : one.title));
  const select = h("select", { "aria-label": t("layers.dates", { title: chosen.title }), class: "layer-dates" }, ...options);
  select.value = chosen.id;
  select.addEventListener("change", () => {
    const next = dates.find((one) => one.id === select.value);
    if (next) take(next);
  });
  return select;
}
