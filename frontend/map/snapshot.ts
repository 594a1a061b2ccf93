/** The map as a picture, at print resolution. */
import type Map from "ol/Map.js";

const SHARPNESS = 2;

/** Draw the map at another size and scale into one picture, then put it back as it was. */
export async function snapshot(
  map: Map,
  element: HTMLElement,
  width: number,
  height: number,
  resolution: number | null,
): Promise<Blob> {
  const view = map.getView();
  const before = { size: map.getSize(), resolution: view.getResolution(), center: view.getCenter() };
  const constrain = view.getConstrainResolution();
  view.setConstrainResolution(false);
  map.setSize([width, height]);
  if (resolution !== null) view.setResolution(resolution);
  await drawn(map);
  // Labels find their pieces once all tiles are there.
  await new Promise((resolve) => setTimeout(resolve, 150));
  await drawn(map);
  const blob = await compose(element, width, height);
  view.setConstrainResolution(constrain);
  if (before.size) map.setSize(before.size);
  if (before.resolution) view.setResolution(before.resolution);
  if (before.center) view.setCenter(before.center);
  map.updateSize();
  return blob;
}

function drawn(map: Map): Promise<void> {
  return new Promise((resolve) => {
    map.once("rendercomplete", () => resolve());
    map.render();
  });
}

function compose(element: HTMLElement, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width * SHARPNESS;
  canvas.height = height * SHARPNESS;
  const context = canvas.getContext("2d");
  if (!context) return Promise.reject(new Error("no canvas"));
  context.fillStyle = "#EDE7DB";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of element.querySelectorAll<HTMLCanvasElement>(".ol-layer canvas, canvas.ol-layer")) {
    if (layer.width === 0) continue;
    context.globalAlpha = Number(layer.parentElement?.style.opacity || layer.style.opacity || 1);
    const values = /^matrix\(([^)]*)\)$/.exec(layer.style.transform)?.[1]?.split(",").map(Number);
    const [a = width / layer.width, b = 0, c = 0, d = height / layer.height, e = 0, f = 0] = values ?? [];
    context.setTransform(a * SHARPNESS, b * SHARPNESS, c * SHARPNESS, d * SHARPNESS, e * SHARPNESS, f * SHARPNESS);
    context.drawImage(layer, 0, 0);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}
