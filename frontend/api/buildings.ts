/** The API of the building register: enter, change, square and split. */
import { Refusal } from "./client.js";
import type { Geometry, LonLat } from "./types.js";
import { fetchData } from "./fetch.js";

export interface BuildingInfo {
  id: number;
  etag: string;
  values: Record<string, unknown>;
  geometry: Geometry;
}

/** How a row of houses is cut: into equal ones, into given widths from its western end, or at places. */
export type RowCut = { parts: number } | { widths_m: number[] } | { cuts: LonLat[] };

interface Problem {
  title?: string;
  detail?: string;
  errors?: { field: string; detail: string }[];
}

function token(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function call<T>(method: string, path: string, body?: unknown, etag = ""): Promise<T> {
  const response = await fetchData(`/api/v1/buildings${path}`, {
    method,
    headers: {
      ...(method === "GET" ? {} : { "X-CSRFToken": token(), "Content-Type": "application/json" }),
      ...(etag ? { "If-Match": etag } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = (await response.json()) as T & Problem;
  if (response.ok) return content;
  const detail = (content.errors ?? []).map((one) => one.detail).join(" ") || (content.detail ?? "");
  throw new Refusal(response.status, { title: content.title ?? response.statusText, detail });
}

/** Geometries go in degrees, as the map has them. */
export const buildings = {
  read: (id: string): Promise<BuildingInfo> => call("GET", `/${id}`),
  enter: (geometry: Geometry, values: Record<string, unknown>): Promise<BuildingInfo> => call("POST", "", { geometry, values }),
  reshape: (one: BuildingInfo, geometry: Geometry): Promise<BuildingInfo> => call("PATCH", `/${one.id}`, { geometry }, one.etag),
  square: (geometry: Geometry): Promise<{ geometry: Geometry; area_m2: number }> => call("POST", "/square", { geometry, srid: 4326 }),
  cut: (one: BuildingInfo, how: RowCut): Promise<{ parts: Geometry[]; widths_m: number[] }> => call("POST", `/${one.id}/split`, { ...how, is_preview: true }, one.etag),
  split: (one: BuildingInfo, how: RowCut): Promise<{ buildings: { id: number; code: string }[] }> => call("POST", `/${one.id}/split`, how, one.etag),
};
