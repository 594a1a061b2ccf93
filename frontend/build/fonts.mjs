/** Copies the weights and scripts in use of IBM Plex Sans Arabic and writes their style sheet. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const RANGES = {
  arabic: "U+0600-06FF,U+0750-077F,U+0870-088E,U+0890-0891,U+0897-08E1,U+08E3-08FF,U+200C-200E,U+2010-2011,U+204F,U+2E41,U+FB50-FDFF,U+FE70-FE74,U+FE76-FEFC",
  "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF",
  latin: "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-200B,U+200F,U+2012-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
};

export function writeFonts(here, out) {
  const target = join(out, "fonts");
  mkdirSync(target, { recursive: true });
  const faces = [];
  for (const weight of [400, 500, 600]) {
    for (const [script, range] of Object.entries(RANGES)) {
      const name = `plex-${script}-${weight}.woff2`;
      const source = `ibm-plex-sans-arabic-${script}-${weight}-normal.woff2`;
      copyFileSync(join(here, "node_modules/@fontsource/ibm-plex-sans-arabic/files", source), join(target, name));
      faces.push(
        `@font-face{font-family:"IBM Plex Sans Arabic";font-style:normal;font-weight:${weight};font-display:swap;` +
          `src:url(fonts/${name}) format("woff2");unicode-range:${range}}`,
      );
    }
  }
  copyFileSync(join(here, "node_modules/@fontsource/ibm-plex-sans-arabic/LICENSE"), join(target, "LICENSE"));
  writeFileSync(join(out, "fonts.css"), faces.join("\n") + "\n");
}
