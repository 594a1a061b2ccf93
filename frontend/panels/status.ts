/** The status line: where the pointer is, in the grid and in degrees, and the scale. */
import type { App } from "../app.js";
import type { GridInfo, LonLat } from "../api/types.js";
import { need } from "../dom.js";
import { projector } from "../map/projections.js";
import { degreesText, gridName, gridText, scaleText } from "./furniture.js";

/** Keep the status line right. */
export function statusLine(app: App): void {
  const grid = app.map.grid();
  need("at-crs").textContent = gridName(grid);
  need("at-crs").title = grid.name;
  void projector(grid).then(({ toGrid }) => {
    const say = (at: LonLat): void => {
      need("at-grid").textContent = isInUse(grid, at) ? gridText(toGrid(at)) : "–";
      need("at-degrees").textContent = degreesText(at);
    };
    app.map.onPointer((at) => say(at ?? app.map.center()));
    app.map.onMove(() => say(app.map.center()));
    say(app.map.center());
  });
  const scale = (): void => {
    need("at-scale").textContent = scaleText(app.map);
  };
  app.map.onMove(scale);
  scale();
}

/** Say whether a grid's coordinates mean anything at a place. */
function isInUse({ area: [west, south, east, north] }: GridInfo, [lon, lat]: LonLat): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}
