/** Brings a map page to life: catalogue, engine, store and what every map page has. */
import { readCatalogue } from "./api/client.js";
import type { CollectionInfo } from "./api/types.js";
import { App } from "./app.js";
import { MapEngine } from "./map/engine.js";
import { loadingBar, scaleBar } from "./panels/furniture.js";
import { LayerTree } from "./panels/layers.js";
import { keepLink, readLink } from "./panels/permalink.js";
import { SearchBox } from "./panels/search.js";
import { Store } from "./state.js";
import { need } from "./dom.js";
import { t } from "./i18n.js";

const FONT_WAIT = 1200;

/** Canvas text is drawn once with the font at hand, so the faces are loaded before the first drawing. */
function fonts(): Promise<unknown> {
  const faces = [400, 500, 600].map((weight) => document.fonts.load(`${weight} 12px "IBM Plex Sans Arabic"`, "شارع 0 Rue"));
  return Promise.race([Promise.allSettled(faces), new Promise((resolve) => setTimeout(resolve, FONT_WAIT))]);
}

export interface Started {
  app: App;
  /** The layers that are on when nothing says otherwise. */
  defaults: ReadonlySet<string>;
}

/** Read the catalogue, make the map and wire what the viewer and the workspace share. */
export async function start(): Promise<Started> {
  const [catalogue] = await Promise.all([readCatalogue(), fonts()]);
  const linked = readLink(location.hash);
  const map = new MapEngine(need("map"), catalogue);
  const collections = catalogue.groups.flatMap((group) => group.collections);
  const defaults = new Set(collections.filter((one) => one.visible_by_default && one.tiles).map((one) => one.id));
  const known = new Set([...collections, ...(catalogue.rasters ?? [])].map((one) => one.id));
  const visible = linked.layers ? new Set(linked.layers.filter((id) => known.has(id))) : defaults;
  const opacity = new Map([...collections.map((one) => [one.id, one.opacity] as const), ...linked.opacity]);
  const basemap = linked.basemap ?? "own";
  const app = new App(map, new Store({ visible, opacity, chosen: null, basemap, hidden: linked.hidden, day: linked.day }), catalogue);
  map.addCollections(collections, catalogue.rasters ?? []);
  follow(app);
  if (linked.place) map.place(linked.place.center, linked.place.zoom);
  else if (catalogue.center) map.place(catalogue.center, 17);
  furnish(app);
  keepLink(app, defaults);
  if (linked.chosen) void app.choose(linked.chosen, linked.place ? "reveal" : "fit");
  return { app, defaults };
}

function follow(app: App): void {
  const draw = (): void => {
    const { visible, opacity, basemap, hidden, day } = app.store.now;
    app.map.asOf(day);
    for (const [id, share] of opacity) app.map.fade(id, share);
    for (const { id } of [...app.collections(), ...app.catalogue.rasters]) app.map.show(id, visible.has(id));
    for (const info of app.collections()) app.map.hide(info.id, hiderOf(info, hidden.get(info.id)));
    app.map.lay(basemap);
  };
  app.store.subscribe((now, before) => {
    if (now.visible !== before.visible || now.opacity !== before.opacity || now.basemap !== before.basemap || now.hidden !== before.hidden || now.day !== before.day) draw();
  });
  draw();
}

const hiders = new WeakMap<ReadonlySet<number>, (field: (name: string) => unknown) => boolean>();

/** The test for features of hidden legend entries; the same set gives the same function. */
function hiderOf(info: CollectionInfo, hidden: ReadonlySet<number> | undefined): Parameters<MapEngine["hide"]>[1] {
  if (!hidden || hidden.size === 0) return null;
  const known = hiders.get(hidden);
  if (known) return known;
  const entries = info.legend.map((item) => item.filter);
  const named = new Set(entries.flatMap((one) => one?.values ?? []));
  const hider = (field: (name: string) => unknown): boolean =>
    [...hidden].some((index) => {
      const filter = entries[index];
      if (!filter) return false;
      const value = String(field(filter.field) ?? "");
      return filter.values ? filter.values.includes(value) : !named.has(value);
    });
  hiders.set(hidden, hider);
  return hider;
}

function furnish(app: App): void {
  scaleBar(app.map, need("scale"));
  loadingBar(app.map, need("loading"));
  new LayerTree(app, need("layer-tree"));
  new SearchBox(app, need<HTMLInputElement>("search-input"), need("search-results"), need("search-status"));
  need("zoom-in").addEventListener("click", () => app.map.zoomBy(1));
  need("zoom-out").addEventListener("click", () => app.map.zoomBy(-1));
  need("map-attribution").textContent = app.map.basemaps.attribution();
  app.store.subscribe(() => (need("map-attribution").textContent = app.map.basemaps.attribution()));
}

/** Say that the page can be used; tests and assistive tools wait for it. */
export async function ready(app: App): Promise<void> {
  performance.mark("usable");
  document.documentElement.dataset["ready"] = "true";
  await app.map.settled();
  document.documentElement.dataset["drawn"] = "true";
}

/** Tell that the map could not be brought up, with a way to try again. */
export function failed(error: unknown): void {
  console.error(error);
  const place = need("map-failed");
  place.hidden = false;
  const words = place.querySelector("p");
  if (words) words.textContent = t("map.failed");
}
