/** The style editor: what is chosen is drawn at once; nothing is kept before it is saved. */
import { readCatalogue } from "../api/client.js";
import type { CollectionInfo, LegendItem, Rule } from "../api/types.js";
import { h, need } from "../dom.js";
import { number, t } from "../i18n.js";
import { MapEngine } from "../map/engine.js";
import { swatch } from "../map/style/swatch.js";
import { fetchData } from "../api/fetch.js";

interface Drawn {
  style: Rule[];
  legend: LegendItem[];
  fields: string[];
  /** The rows of classes, when they were made anew. */
  classes?: string;
}

const WAIT = 180;
const form = need<HTMLFormElement>("style-form");
const status = need("style-status");
let timer = 0;
let asking: AbortController | null = null;

function tilesFor(fields: string[]): string {
  const template = (form.dataset["tiles"] ?? "").replace("/0/0/0.mvt", "/{z}/{x}/{y}.mvt");
  const query = new URLSearchParams(fields.map((name) => ["field", name]));
  return `${template}?${query.toString()}`;
}

function showLegend(items: LegendItem[]): void {
  need("style-legend").replaceChildren(...items.map((item) => h("li", {}, swatch([item.symbol]), h("span", {}, item.label))));
}

function show(map: MapEngine, drawn: Drawn): void {
  map.restyle(form.dataset["collection"] ?? "", drawn.style, tilesFor(drawn.fields));
  showLegend(drawn.legend);
}

function showClasses(markup: string): void {
  const parsed = new DOMParser().parseFromString(markup, "text/html");
  need("style-classes").replaceChildren(...[...parsed.body.childNodes].map((node) => document.importNode(node, true)));
}

function tell(faults: Record<string, string>): void {
  for (const place of form.querySelectorAll<HTMLElement>("[data-fault]")) {
    const fault = faults[place.dataset["fault"] ?? ""];
    place.hidden = !fault;
    place.textContent = fault ?? "";
  }
  status.textContent = Object.values(faults)[0] ?? "";
}

async function preview(map: MapEngine): Promise<void> {
  asking?.abort();
  const request = new AbortController();
  asking = request;
  const response = await fetchData(form.dataset["preview"] ?? "", {
    method: "POST",
    body: new FormData(form),
    signal: request.signal,
  });
  const answer = (await response.json()) as Drawn & { errors?: Record<string, string>; title?: string };
  if (request.signal.aborted) return;
  tell(response.ok ? (answer.errors ?? {}) : { "": answer.title ?? t("style.failed") });
  if (!response.ok || answer.errors) return;
  show(map, answer);
  if (answer.classes !== undefined) showClasses(answer.classes);
  status.textContent = t("style.unsaved");
  form.dataset["previewed"] = String(Number(form.dataset["previewed"] ?? 0) + 1);
}

function later(map: MapEngine): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    preview(map).catch((error: unknown) => {
      if (!(error instanceof DOMException)) status.textContent = t("style.failed");
    });
  }, WAIT);
}

function scaleOf(map: MapEngine): void {
  const exact = map.scale();
  const step = 10 ** Math.max(Math.floor(Math.log10(exact)) - 1, 0);
  need("style-scale").textContent = `1:${number(Math.round(exact / step) * step)}`;
}

/** A way to draw that wants a field begins with the first that fits, so that there is something to see at once. */
function suggest(method: string): void {
  const field = need<HTMLSelectElement>("id_field");
  const [numbers, words] = field.querySelectorAll("optgroup");
  const fitting = method === "categories" ? (words ?? numbers) : method === "graduated" || method === "size" ? numbers : null;
  if (field.value === "") field.value = fitting?.querySelector("option")?.value ?? "";
}

async function main(): Promise<void> {
  const catalogue = await readCatalogue();
  const map = new MapEngine(need("style-map"), catalogue);
  const collections = catalogue.groups.flatMap((group) => group.collections);
  const own = collections.find((one) => one.id === form.dataset["collection"]);
  const others = collections.filter((one) => one !== own && one.visible_by_default && one.tiles);
  const info = own ?? unlisted();
  map.addCollections([...others, info], catalogue.rasters ?? []);
  for (const one of others) {
    map.show(one.id, true);
    map.fade(one.id, 0.35);
  }
  const first = JSON.parse(need("style-first").textContent ?? "{}") as Drawn;
  map.show(info.id, true);
  show(map, first);
  if (info.extent) map.fit(info.extent, 17, false);
  else if (catalogue.center) map.place(catalogue.center, 16);
  need("zoom-in").addEventListener("click", () => map.zoomBy(1));
  need("zoom-out").addEventListener("click", () => map.zoomBy(-1));
  map.onResolution(() => scaleOf(map));
  scaleOf(map);
  form.addEventListener("input", () => later(map));
  form.addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === "method") suggest(target.value);
    later(map);
  });
  document.documentElement.dataset["ready"] = "true";
  await map.settled();
  document.documentElement.dataset["drawn"] = "true";
}

/** A layer that the catalogue hides can still be styled. */
function unlisted(): CollectionInfo {
  const id = form.dataset["collection"] ?? "";
  return {
    id, title: id, description: "", geometry_type: "Geometry", min_zoom: 0, max_zoom: 22, style: [], legend: [],
    visible_by_default: true, opacity: 1, source: "", version: 0, tiles: tilesFor([]), fields: [], has_history: false,
    may: { edit: false, export: false }, extent: null,
  };
}

main().catch((error: unknown) => {
  console.error(error);
  status.textContent = t("style.failed");
});
