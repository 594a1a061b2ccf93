/** The history of a layer: the area that is asked about is drawn on the map. */
import { readCatalogue } from "../api/client.js";
import type { Box, Geometry, LonLat } from "../api/types.js";
import { MapEngine } from "../map/engine.js";
import type { Sketch } from "../map/sketch.js";

function boxOf(geometry: Geometry): Box | null {
  const points = (geometry.type === "Polygon" ? (geometry.coordinates as LonLat[][]) : []).flat();
  if (!points.length) return null;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Show the layer, let an area be drawn, and put it into the form. */
async function showArea(section: HTMLElement): Promise<void> {
  const element = section.querySelector<HTMLElement>(".map");
  const input = document.querySelector<HTMLInputElement>("input[name=polygon]");
  const box = document.querySelector<HTMLInputElement>("input[name=bbox]");
  const [draw, clear] = ["draw", "clear"].map((name) => section.querySelector<HTMLButtonElement>(`[data-${name}]`));
  if (!element || !input || !draw || !clear) return;
  const catalogue = await readCatalogue();
  const map = new MapEngine(element, catalogue);
  map.addCollections(catalogue.groups.flatMap((group) => group.collections), catalogue.rasters ?? []);
  for (const group of catalogue.groups) {
    for (const one of group.collections) map.show(one.id, one.id === section.dataset["area"]);
  }
  const shown = catalogue.groups.flatMap((group) => group.collections).find((one) => one.id === section.dataset["area"]);
  if (shown?.extent) map.fit(shown.extent, 18, false);
  let sketch: Sketch | null = null;
  const begin = async (start: Geometry | null): Promise<void> => {
    sketch?.end();
    const begun = await map.sketch("Polygon", () => [], start);
    begun.changed = (): void => {
      input.value = begun.isComplete ? JSON.stringify(begun.geometry()) : "";
      if (input.value && box) box.value = "";
      clear.disabled = !input.value;
    };
    sketch = begun;
  };
  draw.addEventListener("click", () => void begin(null));
  clear.addEventListener("click", () => {
    sketch?.end();
    sketch = null;
    input.value = "";
    clear.disabled = true;
  });
  clear.disabled = !input.value;
  if (input.value) {
    const given = JSON.parse(input.value) as Geometry;
    const around = boxOf(given);
    await begin(given);
    if (around) map.fit(around, 17, false);
  }
  await map.settled();
  element.dataset["drawn"] = "true";
}

const section = document.querySelector<HTMLElement>("[data-area]");
if (section) void showArea(section);
