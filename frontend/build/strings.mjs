/** Writes each language's strings as a small script that runs before the page's own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeStrings(here, out) {
  const target = join(out, "strings");
  mkdirSync(target, { recursive: true });
  for (const language of ["ar", "en", "fr"]) {
    const strings = JSON.parse(readFileSync(join(here, "strings", `${language}.json`), "utf8"));
    writeFileSync(join(target, `${language}.js`), `globalThis.portalStrings=${JSON.stringify(strings)};\n`);
  }
}
