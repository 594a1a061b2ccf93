/** The visitor's own place, asked from the browser only on their wish. */
import type Map from "ol/Map.js";
import Feature from "ol/Feature.js";
import { Point } from "ol/geom.js";
import { circular } from "ol/geom/Polygon.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorSource from "ol/source/Vector.js";
import { Circle, Fill, Stroke, Style } from "ol/style.js";
import type { LonLat } from "../api/types.js";
import { fromLonLat } from "./projections.js";

/** Finds and draws the visitor's place with its uncertainty. */
export class Locator {
  private readonly source = new VectorSource();

  constructor(map: Map) {
    const style = [
      new Style({ fill: new Fill({ color: "rgba(42,86,144,0.14)" }), stroke: new Stroke({ color: "#2A5690", width: 1 }) }),
      new Style({
        image: new Circle({ radius: 8, fill: new Fill({ color: "#2A5690" }), stroke: new Stroke({ color: "#FFFFFF", width: 3 }) }),
      }),
    ];
    map.addLayer(new VectorLayer({ source: this.source, style, zIndex: 19910 }));
  }

  /** Ask the browser for the place; reject with its error code. */
  find(): Promise<{ at: LonLat; accuracy: number }> {
    return new Promise((resolve, reject) => {
      if (!("geolocation" in navigator)) {
        reject(new Error("unsupported"));
        return;
      }
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const at: LonLat = [coords.longitude, coords.latitude];
          this.draw(at, coords.accuracy);
          resolve({ at, accuracy: coords.accuracy });
        },
        (error) => reject(error),
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
      );
    });
  }

  private draw(at: LonLat, accuracy: number): void {
    this.source.clear();
    const ring = circular(at, accuracy, 48).transform("EPSG:4326", "EPSG:3857");
    this.source.addFeatures([new Feature(ring), new Feature(new Point(fromLonLat(at)))]);
  }
}
