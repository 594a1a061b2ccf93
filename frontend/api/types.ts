/** What the portal's HTTP API answers (`/api/v1/`, described by /api/openapi.json). */

export type LonLat = [number, number];
export type Box = [number, number, number, number];
export type Rule = Record<string, unknown>;

export interface Choice {
  value: string;
  label: string;
}

export interface FieldInfo {
  name: string;
  title: string;
  type: string;
  unit?: string | null;
  choices?: Choice[] | Record<string, string> | null;
  searchable?: boolean;
}

export interface LegendItem {
  label: string;
  /** A short MapLibre-style drawing: {type, paint, layout}. */
  symbol: Rule;
  /** Which features the entry stands for: those with one of the values, those in the range, or (null) all others. */
  filter?: { field: string; values: string[] | null; from?: number | null; to?: number | null };
}

export interface CollectionInfo {
  id: string;
  title: string;
  description: string;
  geometry_type: string;
  min_zoom: number;
  max_zoom: number;
  style: Rule[];
  legend: LegendItem[];
  visible_by_default: boolean;
  opacity: number;
  license?: string;
  licence?: string;
  source: string;
  updated?: string | null;
  version: string | number;
  tiles: string | null;
  fields: FieldInfo[];
  may: { edit: boolean; export: boolean };
  extent: Box | null;
  /** Whether its state on a day past can be asked for. */
  has_history: boolean;
}

/** A day on which features came into force or went out of it. */
export interface DayOfChange {
  day: string;
  began: number;
  ended: number;
}

export interface GroupInfo {
  id: string;
  title: string;
  collections: CollectionInfo[];
}

export interface GridInfo {
  srid: number;
  name: string;
  proj4: string;
  /** Where it may be used: west, south, east, north in degrees. */
  area: [number, number, number, number];
}

export interface BasemapInfo {
  id: string;
  title: string;
  kind: "own" | "xyz" | "osm" | "pmtiles" | "raster";
  url?: string | null;
  attribution?: string | null;
}

export interface RasterInfo {
  id: string;
  slug: string;
  title: string;
  /** The day on which it was taken (2026-11-21). */
  taken?: string | null;
  /** Rasters of one mosaic are the same picture at several dates. */
  mosaic?: string | null;
  has_values: boolean;
  has_heights: boolean;
  unit?: string | null;
  tiles: string;
  min_zoom?: number;
  max_zoom?: number;
  extent?: Box | null;
  attribution?: string | null;
}

export interface Profile {
  length_m: number;
  /** Metres from the start, and the value there where it is known. */
  points: [number, number | null][];
  least: number | null;
  most: number | null;
  rise: number;
  fall: number;
  unit: string;
}

export interface Catalogue {
  groups: GroupInfo[];
  extent: Box | null;
  center: LonLat | null;
  grid: GridInfo;
  grids: GridInfo[];
  basemaps: BasemapInfo[];
  rasters: RasterInfo[];
  municipality: { name: string; country?: string; digits?: string };
}

export interface Geometry {
  type: string;
  coordinates: unknown;
}

export interface Fact {
  label: string;
  value: string | number | boolean | null;
  unit?: string | null;
  name?: string;
  type?: string;
}

export interface Card {
  kicker: string;
  title: string;
  facts: Fact[];
  actions: { label: string; icon?: string; url: string }[];
  updated?: string | null;
  note?: string | null;
}

export interface FeatureInfo {
  type: "Feature";
  id: string | number;
  geometry: Geometry | null;
  bbox?: Box | null;
  properties: Record<string, unknown>;
  card?: Card | null;
}

export interface FeaturePage {
  features: FeatureInfo[];
  numberMatched: number;
  numberReturned: number;
  links: { rel: string; href: string }[];
}

export interface SearchResult {
  kind: string;
  collection: string | null;
  id: string | number | null;
  title: string;
  subtitle: string;
  center: LonLat | null;
  bbox: Box | null;
}

export interface Problem {
  title: string;
  detail: string;
}
