/** The portal's API as typed functions; a refusal becomes a `Refusal` with a sentence to show. */
import { language } from "../i18n.js";
import type { Catalogue, DayOfChange, FeatureInfo, FeaturePage, LonLat, Problem, Profile, SearchResult } from "./types.js";
import { fetchData } from "./fetch.js";

/** An answer other than success, with what the server says about it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail || problem.title);
  }
}

async function get<T>(path: string, query: Record<string, string | number | undefined>, signal?: AbortSignal): Promise<T> {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") address.searchParams.set(name, String(value));
  }
  const response = await fetchData(address, {
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw new Refusal(response.status, await problemOf(response));
  return (await response.json()) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const kind = response.headers.get("Content-Type") ?? "";
  if (!kind.includes("json")) return { title: response.statusText, detail: "" };
  const body = (await response.json()) as Partial<Problem>;
  return { title: body.title ?? response.statusText, detail: body.detail ?? "" };
}

/** Read the catalogue of what this visitor may see. */
export function readCatalogue(): Promise<Catalogue> {
  return get<Catalogue>("/api/v1/catalogue", { lang: language });
}

/** Read one feature with its card, as it was on a day if one is given. */
export function readFeature(collection: string, id: string, signal?: AbortSignal, asOf = ""): Promise<FeatureInfo> {
  return get<FeatureInfo>(`/api/v1/collections/${collection}/items/${encodeURIComponent(id)}`, { lang: language, asOf }, signal);
}

/** Read on which days collections changed. */
export async function readHistory(collections: string[], signal?: AbortSignal): Promise<DayOfChange[]> {
  return (await get<{ days: DayOfChange[] }>("/api/v1/history", { layers: collections.join(",") }, signal)).days;
}

/** Read the values of a raster at a place. */
export async function readValue(raster: string, [lon, lat]: LonLat, signal?: AbortSignal): Promise<(number | null)[]> {
  return (await get<{ values: (number | null)[] }>(`/api/v1/rasters/${raster}/value`, { lon, lat }, signal)).values;
}

/** Read the profile of a raster along a line. */
export function readProfile(raster: string, line: LonLat[], signal?: AbortSignal): Promise<Profile> {
  return get<Profile>(`/api/v1/rasters/${raster}/profile`, { line: line.map((point) => point.join(",")).join(";") }, signal);
}

export interface ListQuery {
  bbox?: string;
  limit: number;
  after?: string;
  sortby?: string;
  q?: string;
  asOf?: string;
  /** CQL2, its coordinates in longitude and latitude. */
  filter?: string;
}

/** Read a page of a collection's features; `next` is a whole address from the page before. */
export function readFeatures(collection: string, query: ListQuery, signal?: AbortSignal): Promise<FeaturePage> {
  return get<FeaturePage>(`/api/v1/collections/${collection}/items`, { ...query, lang: language }, signal);
}

/** Read the page that a `next` link names. */
export function readPage(href: string, signal?: AbortSignal): Promise<FeaturePage> {
  return get<FeaturePage>(href, {}, signal);
}

/** Longitude, latitude, how many features, their weight. */
export type Cell = [number, number, number, number];

/** Read how many features lie where. */
export async function readCells(collection: string, query: Record<string, string>, signal?: AbortSignal): Promise<Cell[]> {
  return (await get<{ cells: Cell[] }>(`/api/v1/collections/${collection}/cells`, query, signal)).cells;
}

/** Search parcels, streets, buildings, places and coordinates. */
export async function search(q: string, near: LonLat | null, signal?: AbortSignal): Promise<SearchResult[]> {
  const query = { q, lang: language, near: near ? near.map((part) => part.toFixed(5)).join(",") : undefined, limit: 12 };
  return (await get<{ results: SearchResult[] }>("/api/v1/search", query, signal)).results;
}
