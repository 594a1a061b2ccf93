/** Builds static/dist: scripts, fonts, the icon sprite and the strings of each language. */
import { build } from "esbuild";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFonts } from "./build/fonts.mjs";
import { writeIcons } from "./build/icons.mjs";
import { writeOffline } from "./build/offline.mjs";
import { writeStrings } from "./build/strings.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "static", "dist");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFonts(here, out);
writeIcons(root, here, out);
writeStrings(here, out);
writeOffline(here, out);
const pages = ["page", "viewer", "workspace", "design", "import", "plan", "workbench", "phone", "phone-worker", "follow", "style", "table", "tax", "raster", "history"];
const result = await build({
  absWorkingDir: here,
  entryPoints: pages.map((name) => `pages/${name}.ts`),
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  chunkNames: "chunk-[name]-[hash]",
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});
const bytes = Object.entries(result.metafile.outputs).filter(([name]) => name.endsWith(".js"));
console.log(`front end built: ${bytes.length} scripts, ${Math.round(bytes.reduce((sum, [, file]) => sum + file.bytes, 0) / 1024)} kB before compression`);
