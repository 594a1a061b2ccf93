/** Leaflet for the one page that must work without the portal: the shared map of collection carries it inside. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeOffline(here, out) {
  const source = join(here, "node_modules/leaflet/dist");
  const target = join(out, "offline");
  mkdirSync(target, { recursive: true });
  const script = readFileSync(join(source, "leaflet.js"), "utf8");
  const style = readFileSync(join(source, "leaflet.css"), "utf8");
  // Neither the source map nor the pictures of markers go with the page.
  writeFileSync(join(target, "leaflet.js"), script.replace(/\/\/# sourceMappingURL=.*/, ""));
  writeFileSync(join(target, "leaflet.css"), style.replace(/url\([^)]*\)/g, "none"));
}
