/** Makes one sprite of the lucide icons that templates, Python or TypeScript name. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = new Set(["node_modules", "dist", "var", "tests", "bench", "docs", "migrations"]);
const SOURCES = /\.(html|py|ts)$/;
const NAMED = [
  /\{% icon "([a-z0-9-]+)"/g,
  /\bicon(?:\(|=|: )"([a-z0-9-]+)"/g,
  /"icon": "([a-z0-9-]+)"/g,
];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (SOURCES.test(entry.name)) yield path;
  }
}

function namesIn(path) {
  const text = readFileSync(path, "utf8");
  return NAMED.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]));
}

export function writeIcons(root, here, out) {
  const names = [...new Set([...files(root)].flatMap(namesIn))].sort();
  const missing = [];
  const symbols = names.map((name) => {
    const path = join(here, "node_modules/lucide-static/icons", `${name}.svg`);
    if (!existsSync(path)) {
      missing.push(name);
      return "";
    }
    const shape = readFileSync(path, "utf8").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shape.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  if (missing.length > 0) throw new Error(`lucide has no icon named ${missing.join(", ")}`);
  const licence = "<!-- lucide icons, ISC licence, lucide.dev/license -->";
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${licence}${symbols.join("")}</svg>`);
}
