/** Printing: a sheet with title, map, scale, north, legend and date, made in the browser. */
import type { App } from "../app.js";
import { h, svg } from "../dom.js";
import { day, number, t } from "../i18n.js";
import { swatch } from "../map/style/swatch.js";
import { own } from "./layers.js";

// The map's place on an A4 sheet with 10 mm margins, in CSS pixels (96 to the inch).
const SIZES = { landscape: [1047, 530], portrait: [718, 850] } as const;
const SCALES = [250, 500, 1000, 2000, 2500, 5000, 10000, 25000];

type Paper = keyof typeof SIZES;

/** Wire the print dialog. */
export function printing(app: App, dialog: HTMLDialogElement, sheet: HTMLElement, municipality: string): void {
  const title = dialog.querySelector<HTMLInputElement>("#print-title");
  const paper = dialog.querySelector<HTMLSelectElement>("#print-paper");
  const scale = dialog.querySelector<HTMLSelectElement>("#print-scale");
  const go = dialog.querySelector<HTMLButtonElement>("#print-go");
  if (!title || !paper || !scale || !go) return;
  scale.append(...SCALES.map((one) => h("option", { value: one }, t("map.scale", { scale: number(one) }))));
  go.addEventListener("click", async () => {
    go.setAttribute("aria-busy", "true");
    const chosen = scale.value ? Number(scale.value) : nearest(app.map.scale());
    await fill(app, sheet, paper.value as Paper, chosen, title.value || municipality, municipality);
    go.removeAttribute("aria-busy");
    dialog.close();
    window.print();
  });
}

function nearest(exact: number): number {
  return SCALES.reduce((best, one) => (Math.abs(Math.log(one / exact)) < Math.abs(Math.log(best / exact)) ? one : best));
}

async function fill(app: App, sheet: HTMLElement, paper: Paper, scale: number, title: string, town: string): Promise<void> {
  const [width, height] = SIZES[paper];
  const picture = URL.createObjectURL(await app.map.picture(width, height, scale));
  const image = h("img", { src: picture, alt: t("print.map_of", { title }), class: "print-map" });
  await image.decode();
  const head = h("header", {}, h("h1", {}, title), h("p", {}, `${town} · ${day(new Date())}`));
  const facts = h("div", { class: "print-facts" }, north(), bar(scale), h("p", {}, t("map.scale", { scale: number(scale) })));
  const source = h("p", { class: "muted" }, t("card.for_information"), " ", app.map.basemaps.attribution());
  sheet.dataset["paper"] = paper;
  sheet.replaceChildren(head, image, h("footer", {}, facts, legend(app), source));
}

function north(): SVGElement {
  const needle = svg("path", { d: "M12 2 19 20 12 16 5 20z", fill: "#14222B" });
  return svg("svg", { viewBox: "0 0 24 24", class: "print-north", role: "img", "aria-label": t("map.north") }, needle);
}

/** A bar of 4 cm on paper. */
function bar(scale: number): HTMLElement {
  const metres = scale * 0.04;
  return h("div", { class: "print-bar", dir: "ltr" }, h("span", { class: "line" }), h("span", {}, `${number(metres, metres < 10 ? 1 : 0, 0)} m`));
}

function legend(app: App): HTMLElement {
  const shown = app.collections().filter((info) => app.store.now.visible.has(info.id) && app.map.isInRange(info));
  const items = shown.map((info) => h("li", {}, swatch(own(info)), info.title));
  return h("ul", { class: "print-legend", role: "list" }, ...items);
}
