/** Keeps the page, its map and the round's tiles on the phone, through the page's worker. */
import type { CollectionInfo } from "../api/types.js";
import type { Round } from "./store.js";

const AREA_ZOOMS = [13, 14, 15];
const PLACE_ZOOMS = [16, 17];
const AROUND_DEG = 0.0012;
const MOST_TILES = 3000;

/** Start the worker; without one the page works, but only with network. */
export async function startWorker(): Promise<ServiceWorker | null> {
  if (!("serviceWorker" in navigator)) return null;
  await navigator.serviceWorker.register("/staff/visits/worker.js", { scope: "/staff/visits/" });
  return (await navigator.serviceWorker.ready).active;
}

/** Ask the worker to keep addresses; resolves with how many it now has. */
export function keep(worker: ServiceWorker, urls: string[]): Promise<number> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<number>) => resolve(event.data);
    worker.postMessage({ keep: urls }, [channel.port2]);
  });
}

/** What this page was made of: its own address, scripts, styles, fonts and icons. */
export function ownParts(): string[] {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const named = [...document.querySelectorAll<HTMLLinkElement>("link[href]")].map((one) => one.href);
  const icons = document.documentElement.dataset["icons"] ?? "";
  const ours = [location.pathname, icons, ...loaded, ...named].map((one) => new URL(one, location.origin));
  return [...new Set(ours.filter((one) => one.origin === location.origin && !one.pathname.startsWith("/tiles/")).map(String))].filter(
    (one) => !one.includes("/api/v1/visits/"),
  );
}

/** The tiles of the round: the whole area at small scales, each place at large ones. */
export function tilesOf(round: Round, collections: CollectionInfo[]): string[] {
  const boxes = round.cases.flatMap((one) => (one.box ? [grown(one.box)] : []));
  if (boxes.length === 0) return [];
  const area: Box = [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
  const cells = new Set<string>();
  for (const zoom of AREA_ZOOMS) for (const cell of cellsOf(area, zoom)) cells.add(cell);
  for (const zoom of PLACE_ZOOMS) for (const box of boxes) for (const cell of cellsOf(box, zoom)) cells.add(cell);
  const urls = collections.flatMap((one) => (one.tiles ? [...cells].filter((cell) => Number(cell.split("/")[0]) >= one.min_zoom).map((cell) => tile(one.tiles ?? "", cell)) : []));
  return urls.slice(0, MOST_TILES);
}

type Box = [number, number, number, number];

function grown([west, south, east, north]: Box): Box {
  return [west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG];
}

function cellsOf([west, south, east, north]: Box, zoom: number): string[] {
  const [left, top] = cell(west, north, zoom);
  const [right, bottom] = cell(east, south, zoom);
  const found: string[] = [];
  for (let x = left; x <= right; x++) for (let y = top; y <= bottom; y++) found.push(`${zoom}/${x}/${y}`);
  return found;
}

function cell(lon: number, lat: number, zoom: number): [number, number] {
  const side = 2 ** zoom;
  const phi = (lat * Math.PI) / 180;
  return [Math.floor(((lon + 180) / 360) * side), Math.floor(((1 - Math.asinh(Math.tan(phi)) / Math.PI) / 2) * side)];
}

function tile(template: string, at: string): string {
  const [z = "", x = "", y = ""] = at.split("/");
  return template.replace("{z}", z).replace("{x}", x).replace("{y}", y);
}
