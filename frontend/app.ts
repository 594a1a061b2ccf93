/** What panels share: the map, the store, the catalogue, and choosing a feature. */
import { Refusal, readFeature } from "./api/client.js";
import type { Box, Catalogue, CollectionInfo, FeatureInfo, Geometry } from "./api/types.js";
import type { MapEngine } from "./map/engine.js";
import type { Chosen, Store } from "./state.js";

export type Move = "reveal" | "fit" | "stay";

interface ChosenEvents {
  loading(chosen: Chosen): void;
  shown(chosen: Chosen, feature: FeatureInfo): void;
  failed(chosen: Chosen, reason: Refusal | Error): void;
  cleared(): void;
}

/** The page's working parts, handed to each panel. */
export class App {
  private readonly watchers: Partial<ChosenEvents>[] = [];
  private request: AbortController | null = null;
  private readonly byId: ReadonlyMap<string, CollectionInfo>;

  constructor(
    readonly map: MapEngine,
    readonly store: Store,
    readonly catalogue: Catalogue,
  ) {
    this.byId = new Map(catalogue.groups.flatMap((group) => group.collections).map((info) => [info.id, info]));
  }

  /** The collection with this id, if this visitor may see it. */
  collection(id: string): CollectionInfo | undefined {
    return this.byId.get(id);
  }

  /** All collections in the catalogue's order. */
  collections(): CollectionInfo[] {
    return [...this.byId.values()];
  }

  /** The day on which a collection is shown; empty where it is shown as it is now. */
  dayOf(id: string): string {
    return this.byId.get(id)?.has_history ? this.store.now.day : "";
  }

  /** Be told what happens to the choice. */
  watch(watcher: Partial<ChosenEvents>): void {
    this.watchers.push(watcher);
  }

  private tell<K extends keyof ChosenEvents>(name: K, ...values: Parameters<ChosenEvents[K]>): void {
    for (const watcher of this.watchers) (watcher[name] as ((...all: unknown[]) => void) | undefined)?.(...values);
  }

  /** Choose a feature (or nothing), show it on the map and tell the panels. */
  async choose(chosen: Chosen | null, move: Move = "reveal"): Promise<void> {
    this.request?.abort();
    this.store.update({ chosen });
    if (!chosen) {
      this.map.highlight(null);
      this.tell("cleared");
      return;
    }
    const request = new AbortController();
    this.request = request;
    this.tell("loading", chosen);
    try {
      const feature = await readFeature(chosen.collection, chosen.id, request.signal, this.dayOf(chosen.collection));
      if (!request.signal.aborted) this.show(chosen, feature, move);
    } catch (error) {
      if (!request.signal.aborted) this.tell("failed", chosen, error as Error);
    }
  }

  private show(chosen: Chosen, feature: FeatureInfo, move: Move): void {
    this.map.highlight(feature.geometry, String(feature.properties["number"] ?? ""), chosen);
    this.tell("shown", chosen, feature);
    const box = boxOf(feature);
    if (!box || move === "stay") return;
    if (move === "fit") this.map.fit(box);
    else this.map.reveal(box);
  }
}

/** The box of a feature, from its bbox or its coordinates. */
export function boxOf(feature: FeatureInfo): Box | null {
  if (feature.bbox) return feature.bbox;
  return feature.geometry ? boxOfGeometry(feature.geometry) : null;
}

/** The box of a geometry in longitude and latitude. */
export function boxOfGeometry(geometry: Geometry): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number" && typeof part[1] === "number") {
      box[0] = Math.min(box[0], part[0]);
      box[1] = Math.min(box[1], part[1]);
      box[2] = Math.max(box[2], part[0]);
      box[3] = Math.max(box[3], part[1]);
    } else part.forEach(visit);
  };
  visit(geometry.coordinates);
  return Number.isFinite(box[0]) ? box : null;
}
