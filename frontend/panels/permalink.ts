/** The page's address holds what the map shows, so that a copied address shows the same to others. */
import type { App } from "../app.js";
import type { LonLat } from "../api/types.js";
import type { Chosen } from "../state.js";

export interface Place {
  center: LonLat;
  zoom: number;
}

export interface Linked {
  place: Place | null;
  layers: string[] | null;
  chosen: Chosen | null;
  basemap: string | null;
  opacity: Map<string, number>;
  hidden: Map<string, ReadonlySet<number>>;
  day: string;
}

/** Read the address's part after #. */
export function readLink(hash: string): Linked {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const [zoom, lat, lon] = (query.get("map") ?? "").split("/").map(Number);
  const isPlace = [zoom, lat, lon].every((part) => part !== undefined && Number.isFinite(part));
  const [collection, id] = (query.get("at") ?? "").split("/");
  const pairs = (query.get("fade") ?? "").split(",").map((pair) => pair.split(":"));
  const hidden = (query.get("hide") ?? "").split(",").map((pair) => pair.split(":"));
  return {
    hidden: new Map(hidden.filter(([name, list]) => name && list).map(([name, list]) => [name ?? "", new Set((list ?? "").split(".").map(Number))])),
    place: isPlace && query.has("map") ? { center: [lon ?? 0, lat ?? 0], zoom: zoom ?? 15 } : null,
    layers: query.has("layers") ? (query.get("layers") ?? "").split(",").filter(Boolean) : null,
    chosen: collection && id ? { collection, id } : null,
    basemap: query.get("base"),
    day: /^\d{4}-\d\d-\d\d$/.test(query.get("day") ?? "") ? (query.get("day") ?? "") : "",
    opacity: new Map(pairs.filter(([name, share]) => name && Number(share) > 0).map(([name, share]) => [name ?? "", Number(share) / 100])),
  };
}

/** Write what is shown into the address, without a new entry in the history. */
export function keepLink(app: App, defaults: ReadonlySet<string>): void {
  let timer = 0;
  let isLeaving = false;
  const write = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { if (!isLeaving) history.replaceState(null, "", link(app, defaults)); }, 200);
  };
  app.map.onMove(write);
  app.store.subscribe(write);
  // Somebody put another link into the address bar; what the page itself writes does not come this way.
  // It is taken from the event: the address may have been written over since, by a map that still moved.
  addEventListener("hashchange", ({ newURL }) => {
    if (!readLink(new URL(newURL).hash).place) return;
    isLeaving = true;
    history.replaceState(null, "", newURL);
    location.reload();
  });
}

/** The address of what is shown now. */
export function link(app: App, defaults: ReadonlySet<string>): string {
  const { visible, chosen, basemap, opacity, hidden, day } = app.store.now;
  const [lon, lat] = app.map.center();
  const parts = [`map=${app.map.zoom().toFixed(0)}/${lat.toFixed(6)}/${lon.toFixed(6)}`];
  const isDefault = visible.size === defaults.size && [...visible].every((id) => defaults.has(id));
  if (!isDefault) parts.push(`layers=${[...visible].join(",")}`);
  if (chosen) parts.push(`at=${chosen.collection}/${chosen.id}`);
  if (day) parts.push(`day=${day}`);
  if (basemap !== "own") parts.push(`base=${basemap}`);
  const faded = [...opacity].filter(([id, share]) => share < 1 && visible.has(id));
  if (faded.length > 0) parts.push(`fade=${faded.map(([id, share]) => `${id}:${Math.round(share * 100)}`).join(",")}`);
  const classes = [...hidden].filter(([, entries]) => entries.size > 0);
  if (classes.length > 0) parts.push(`hide=${classes.map(([id, entries]) => `${id}:${[...entries].join(".")}`).join(",")}`);
  return `${location.pathname}${location.search}#${parts.join("&")}`;
}
