/** The import wizard: upload with progress, the outline on the map, waiting for a job. */
import { readCatalogue, Refusal } from "../api/client.js";
import type { Box, LonLat } from "../api/types.js";
import { send } from "../api/upload.js";
import { MapEngine } from "../map/engine.js";
import { fetchData } from "../api/fetch.js";

type Ring = LonLat[];

const POLL = 800;

/** Read what the page's template wrote as JSON. */
function written<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T | null) : null;
}

function boxOf(ring: Ring): Box {
  const xs = ring.map(([x]) => x);
  const ys = ring.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A map with the portal's own layers, to hold outlines against. */
async function beneath(element: HTMLElement): Promise<MapEngine> {
  const catalogue = await readCatalogue();
  const map = new MapEngine(element, { ...catalogue, extent: null });
  map.addCollections(catalogue.groups.flatMap((group) => group.collections), catalogue.rasters ?? []);
  for (const group of catalogue.groups) {
    for (const one of group.collections) map.show(one.id, one.visible_by_default && Boolean(one.tiles));
  }
  return map;
}

/** Draw the outlines that the form's choices give, and follow the choices. */
async function showPlace(form: HTMLFormElement, element: HTMLElement, chosen: (data: FormData) => Ring[]): Promise<void> {
  const map = await beneath(element);
  const draw = (): void => {
    const rings = chosen(new FormData(form));
    map.outline(rings.length ? { type: "MultiPolygon", coordinates: rings.map((ring) => [ring]) } : null);
    if (rings.length) map.fit(boxOf(rings.flat()), 17, false);
  };
  form.addEventListener("change", draw);
  form.querySelector("[name=other_srid]")?.addEventListener("focus", () => {
    const other = form.querySelector<HTMLInputElement>("[name=srid][value=other]");
    if (other) other.checked = true;
  });
  draw();
  await map.settled();
  element.dataset["drawn"] = "true";
}

/** The outline of the one layer, under the chosen system. */
function oneOutline(data: FormData): Ring[] {
  const swapped = written<Ring>("import-swapped");
  const footprints = written<Record<string, Ring>>("import-footprints") ?? {};
  const ring = data.has("swap_axes") && swapped ? swapped : footprints[String(data.get("srid"))];
  return ring ? [ring] : [];
}

/** The outlines of several layers, each under its own system or the one that they share. */
function allOutlines(data: FormData): Ring[] {
  const outlines = written<Record<string, Record<string, Ring>>>("import-outlines") ?? {};
  return Object.entries(outlines).flatMap(([name, bySystem]) => {
    const ring = bySystem[String(data.get(name) || data.get("srid"))];
    return ring ? [ring] : [];
  });
}

/** Send the file in pieces with a progress bar; without a script the form sends it whole. */
function upload(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const bar = form.querySelector("progress");
  const failure = form.querySelector<HTMLElement>("[data-upload-failed]");
  const drop = form.querySelector<HTMLElement>(".drop");
  const button = form.querySelector<HTMLButtonElement>("button.primary");
  if (!input || !bar || !failure || !drop || !button) return;
  const say = (words: string): void => {
    failure.hidden = !words;
    const place = failure.querySelector("span");
    if (place) place.textContent = words;
  };
  const telling = {
    progress(done: number, total: number): void {
      say("");
      bar.hidden = false;
      bar.value = total ? (100 * done) / total : 0;
    },
    waiting: (): void => say(form.dataset["waiting"] ?? ""),
  };
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length) input.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = input.files?.[0];
    if (!file) return;
    button.disabled = true;
    telling.progress(0, file.size);
    send(form.dataset["upload"] ?? "", file, telling)
      .then((page) => location.assign(page))
      .catch((error: unknown) => {
        bar.hidden = true;
        button.disabled = false;
        say(error instanceof Refusal ? error.message : (form.dataset["failed"] ?? ""));
      });
  });
}

interface Part {
  id: string;
  state_title: string;
  read: number | null;
  loaded: number | null;
}

interface Standing {
  busy: boolean;
  parts: Part[];
  progress: { done: number; total: number | null; message: string };
}

/** Put how far one of several layers is into its row. */
function showPart(section: HTMLElement, part: Part): void {
  const row = section.querySelector(`[data-part="${part.id}"]`);
  const [read, loaded] = row?.querySelectorAll(".number") ?? [];
  const badge = row?.querySelector(".badge");
  if (badge) badge.textContent = part.state_title;
  if (read) read.textContent = String(part.read ?? "");
  if (loaded) loaded.textContent = String(part.loaded ?? "");
}

/** Ask how far the job is until it ends, then show what came of it. */
function wait(section: HTMLElement): void {
  const bar = section.querySelector("progress");
  const place = section.querySelector<HTMLElement>("[data-progress-words]");
  const ask = async (): Promise<void> => {
    const response = await fetchData(section.dataset["busy"] ?? "");
    if (!response.ok) return location.reload();
    const { busy, progress, parts } = (await response.json()) as Standing;
    if (!busy) return location.reload();
    for (const part of parts) showPart(section, part);
    if (bar && progress.total) {
      bar.max = progress.total;
      bar.value = progress.done;
    }
    if (place && progress.message) place.textContent = progress.done ? `${progress.message} (${progress.done})` : progress.message;
    setTimeout(() => void ask(), POLL);
  };
  setTimeout(() => void ask(), POLL);
}

const place = document.querySelector<HTMLFormElement>("[data-place]");
const map = document.getElementById("import-map");
const sending = document.querySelector<HTMLFormElement>("[data-upload]");
const waiting = document.querySelector<HTMLElement>("[data-busy]");
const parts = document.querySelector<HTMLFormElement>("[data-parts]");
if (place && map) void showPlace(place, map, oneOutline);
if (parts && map) void showPlace(parts, map, allOutlines);
if (sending) upload(sending);
if (waiting) wait(waiting);
