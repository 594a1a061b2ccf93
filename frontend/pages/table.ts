/** The attribute table, with the map beside it. */
import { readCatalogue, readFeature } from "../api/client.js";
import { type CellValue, type Saved, Stale, type TableInfo, table } from "../api/rows.js";
import type { Geometry } from "../api/types.js";
import { h, icon, need } from "../dom.js";
import { t } from "../i18n.js";
import { MapEngine } from "../map/engine.js";
import type { Sketch } from "../map/sketch.js";
import { AreaPick, Ticks } from "../panels/picked.js";
import { changeMany, conflict, newRow, wholeRow } from "../panels/table/dialogs.js";
import { Grid } from "../panels/table/grid.js";
import { Query } from "../panels/table/query.js";
import { SavedViews } from "../panels/table/views.js";
import { toast } from "../panels/toast.js";

const WAIT = 250;
const info = JSON.parse(need("sheet-table").textContent ?? "{}") as TableInfo;
const query = new Query(info, location.search);
let map: MapEngine | null = null;
let sketch: Sketch | null = null;
let timer = 0;

const ticks = new Ticks(() => ticked());
const grid = new Grid(info, query, ticks, {
  chosen: (key) => void point(key),
  changed,
  open: (key) => void openRow(key),
  stale: (field, row, mine, error) => {
    const before = Object.fromEntries(query.columns.map((name, at) => [name, row[at + 3] as CellValue]));
    conflict(info, { [field.name]: mine }, before, error, (again) => {
      grid.take(error.current);
      const now = grid.row(row[0]);
      if (again && now) void grid.save(field, now, mine);
    });
  },
});

/** The order, filter or columns are others: the address says so, and the rows are read again. */
function changed(): void {
  const said = query.address().toString();
  history.replaceState(null, "", said ? `?${said}` : location.pathname);
  exporting();
  joining();
  void grid.restart();
}

/** The links to the export page: the rows that the table means, and those that are ticked. */
function exporting(): void {
  for (const [id, filter] of [["sheet-export", query.area], ["picked-export", ticks.filter]] as const) {
    const asked = id === "sheet-export" ? query.asked() : query.ordered();
    if (filter) asked.set("filter", filter);
    const link = need<HTMLAnchorElement>(id);
    link.hidden = !info.may.export;
    link.search = asked.toString();
  }
}

/** The link to the page that joins another layer takes the table as it is now along. */
function joining(): void {
  const address = query.address();
  address.set("columns", query.columns.join(","));
  need<HTMLAnchorElement>("sheet-join").search = new URLSearchParams({ table: address.toString() }).toString();
}

/** Say how many rows are ticked, and offer what can be done with them. */
function ticked(): void {
  need("sheet-picked").hidden = ticks.keys.size === 0;
  need("picked-count").textContent = t("pick.count", { count: ticks.keys.size });
  exporting();
  if (map) void ticks.show(map, info.id).catch(() => undefined);
}

async function openRow(key: number): Promise<void> {
  await wholeRow(info, key, {
    saved: (saved) => refreshed(saved),
    retired: () => {
      void grid.restart();
      void redraw();
      map?.highlight(null);
    },
    reshape: (saved) => void reshape(saved),
    stale: (mine, before, error) => rowConflict(key, mine, before, error),
  });
}

/** Somebody else changed the row in the meantime: what was typed is kept, and saved over theirs only if so decided. */
function rowConflict(key: number, mine: Record<string, CellValue>, before: Record<string, CellValue>, error: Stale): void {
  conflict(info, mine, before, error, (again) => {
    grid.take(error.current);
    if (again) void keepRow(key, mine, error.current);
  });
}

async function keepRow(key: number, mine: Record<string, CellValue>, now: Saved): Promise<void> {
  try {
    refreshed(await table.change(info.id, key, now.version, { properties: mine }));
  } catch (error) {
    if (error instanceof Stale) rowConflict(key, mine, now.properties, error);
    else toast(error instanceof Error ? error.message : t("table.not_saved"));
  }
}

function refreshed(saved: Saved): void {
  grid.take(saved);
  need("sheet-status").textContent = t("table.saved");
  void redraw();
}

/** Read the tiles again after a change. */
async function redraw(): Promise<void> {
  if (!map) return;
  const catalogue = await readCatalogue();
  map.refresh(catalogue.groups.flatMap((group) => group.collections));
}

async function point(key: number | null, isClose = false): Promise<void> {
  if (!map || key === null || sketch) return;
  const feature = await readFeature(info.id, String(key));
  map.highlight(feature.geometry, "", { collection: info.id, id: String(key) });
  if (!feature.bbox) return;
  if (!isClose && need<HTMLInputElement>("sheet-in-view").checked) map.reveal(feature.bbox);
  else map.fit(feature.bbox, isClose ? 19 : 18, !isClose);
}

// Drawing

function bar(tool: Sketch, save: () => void): void {
  const host = need("sketch-bar");
  const end = (): void => {
    tool.end();
    sketch = null;
    host.hidden = true;
  };
  const make = (name: string, label: string, act: () => void, look = ""): HTMLButtonElement =>
    h("button", { type: "button", class: `button ${look}`, onclick: act }, icon(name), label);
  const undo = make("undo-2", t("sketch.undo"), () => tool.undo());
  const redo = make("redo-2", t("sketch.redo"), () => tool.redo());
  const keep = make("check", t("sketch.keep"), () => (tool.isComplete ? save() : tool.finish()), "primary");
  const said = h("span", { class: "hint" });
  const show = (): void => {
    undo.disabled = !tool.canUndo;
    redo.disabled = !tool.canRedo;
    said.textContent = t(tool.isComplete ? "sketch.adjust" : "sketch.draw");
  };
  tool.changed = show;
  host.replaceChildren(said, undo, redo, keep, make("x", t("sketch.leave"), end, "quiet"));
  host.hidden = false;
  host.onkeydown = null;
  show();
}

/** Corners snap to whatever the map shows, and to the layer itself. */
const snapping = (): string[] => [...new Set([info.id, ...(map?.drawn() ?? [])])];

function leave(): void {
  sketch?.end();
  sketch = null;
  need("sketch-bar").hidden = true;
}

async function drawNew(): Promise<void> {
  if (!map) return created(null);
  showMap(true);
  leave();
  sketch = await map.sketch(info.geometry_type, snapping, null);
  bar(sketch, () => created(sketch?.geometry() ?? null));
}

function created(geometry: Geometry | null): void {
  newRow(info, geometry, (saved) => {
    if (!saved) return;
    leave();
    toast(t("table.saved"));
    void show(saved.id);
    void redraw();
  });
}

/** Read the table again and show a row of it, which a long table may have to begin with. */
async function show(key: number): Promise<void> {
  await grid.restart();
  if (!grid.mark(key)) await grid.restart(key);
}

async function reshape(saved: Saved): Promise<void> {
  if (!map) return;
  showMap(true);
  leave();
  await point(saved.id, true);
  const tool = await map.sketch(info.geometry_type, snapping, saved.geometry);
  sketch = tool;
  bar(tool, () => void keepShape(saved, tool));
}

async function keepShape(saved: Saved, tool: Sketch): Promise<void> {
  if (!tool.isChanged) return leave();
  try {
    refreshed(await table.change(info.id, saved.id, saved.version, { geometry: tool.geometry() }));
    leave();
    await point(saved.id);
  } catch (error) {
    if (!(error instanceof Stale)) {
      toast(error instanceof Error ? error.message : t("table.not_saved"));
      return;
    }
    conflict(info, {}, saved.properties, error, (again) => {
      if (again) void keepShape({ ...saved, version: error.current.version }, tool);
      else leave();
    });
  }
}

function showMap(shown: boolean): void {
  need("sheet-body").classList.toggle("with-map", shown);
  need("sheet-map-toggle").setAttribute("aria-pressed", String(shown));
}

// Setting up

async function startMap(): Promise<void> {
  const catalogue = await readCatalogue();
  map = new MapEngine(need("map"), catalogue);
  const collections = catalogue.groups.flatMap((group) => group.collections);
  if (!collections.some((one) => one.id === info.id)) collections.push(info);
  map.addCollections(collections, catalogue.rasters ?? []);
  for (const one of collections) map.show(one.id, (one.visible_by_default || one.id === info.id) && Boolean(one.tiles));
  if (info.extent) map.fit(info.extent, 18, false);
  else if (catalogue.center) map.place(catalogue.center, 17);
  need("zoom-in").addEventListener("click", () => map?.zoomBy(1));
  need("zoom-out").addEventListener("click", () => map?.zoomBy(-1));
  need("sheet-map-toggle").addEventListener("click", () => showMap(!need("sheet-body").classList.contains("with-map")));
  const inView = need<HTMLInputElement>("sheet-in-view");
  const area = new AreaPick(map, need("sheet-map-area"), () => {
    query.area = area.filter;
    changed();
  });
  area.button.addEventListener("click", () => showMap(true));
  inView.closest("label")?.after(area.button);
  const follow = (): void => {
    query.box = inView.checked && map ? map.box().map((part) => part.toFixed(6)).join(",") : "";
    void grid.restart();
  };
  inView.addEventListener("change", follow);
  map.onMove(() => inView.checked && later(follow));
  map.onClick(({ hits }) => {
    const hit = hits.find((one) => one.collection === info.id);
    if (hit && !sketch && !area.isDrawing) void fromMap(Number(hit.id));
  });
  await map.settled();
  document.documentElement.dataset["drawn"] = "true";
}

/** A click on the map chooses the row; where it is not among those read, the table goes there. */
async function fromMap(key: number): Promise<void> {
  if (!grid.mark(key)) await grid.restart(key);
  grid.mark(key);
  await point(key);
}

function later(act: () => void): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(act, WAIT);
}

function main(): void {
  const words = need<HTMLInputElement>("sheet-q");
  words.value = query.words;
  words.addEventListener("input", () => later(() => {
    query.words = words.value.trim();
    changed();
  }));
  new SavedViews(info, query, changed);
  document.getElementById("sheet-new")?.addEventListener("click", () => void drawNew());
  document.getElementById("sheet-bulk")?.addEventListener("click", () => changeMany(info, query.asked(true).toString()));
  document.getElementById("picked-bulk")?.addEventListener("click", () => changeMany(info, new URLSearchParams({ filter: ticks.filter }).toString()));
  need("picked-clear").addEventListener("click", () => ticks.clear(need("sheet")));
  document.addEventListener("keydown", (event) => {
    if (!sketch || (event.target as Element).closest("input, dialog")) return;
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && !(event.target as Element).closest("button")) sketch.finish();
    else if (event.ctrlKey && event.key.toLowerCase() === "z") sketch.undo();
    else if (event.ctrlKey && event.key.toLowerCase() === "y") sketch.redo();
    else return;
    event.preventDefault();
  });
  changed();
  document.documentElement.dataset["ready"] = "true";
  if (info.tiles && document.getElementById("map")) startMap().catch((error: unknown) => console.error(error));
  else document.documentElement.dataset["drawn"] = "true";
}

main();
