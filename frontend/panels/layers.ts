/** The layer list, which is the legend and the filter at once. */
import type { CollectionInfo, GroupInfo, LegendItem, Rule } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { day, number, t } from "../i18n.js";
import { swatch } from "../map/style/swatch.js";
import { imagery } from "./imagery.js";

/** Fills a panel with groups of layers. */
export class LayerTree {
  private readonly rows = new Map<string, HTMLElement>();

  constructor(
    private readonly app: App,
    host: HTMLElement,
  ) {
    const rasters = app.catalogue.rasters ?? [];
    const groups = app.catalogue.groups.filter((group) => group.collections.some((one) => one.tiles));
    host.replaceChildren(...groups.map((group) => this.group(group)));
    if (rasters.length > 0) host.append(imagery(app, (id, title) => this.slider(id, title)));
    if (app.catalogue.basemaps.length > 1) host.append(this.basemaps());
    if (groups.length === 0) host.append(h("p", { class: "empty" }, t("layers.none")));
    app.store.subscribe(() => this.update());
    app.map.onMove(() => this.update());
    this.update();
  }

  private group(group: GroupInfo): HTMLElement {
    const shown = group.collections.filter((one) => one.tiles);
    const list = h("ul", { role: "list" }, ...shown.map((info) => this.row(info)));
    const open = shown.some((info) => this.app.store.now.visible.has(info.id)) || this.app.catalogue.groups.length < 5;
    return h("details", { class: "layer-group", open }, h("summary", {}, icon("chevron-down"), h("span", {}, group.title)), list);
  }

  private row(info: CollectionInfo): HTMLElement {
    const box = this.checkbox(info.id);
    const label = h("label", { class: "layer-name" }, box, h("span", { class: "grow" }, info.title));
    const legend = info.legend.length > 1 ? this.legend(info) : null;
    const more = this.more(info, legend);
    const opener = h(
      "button",
      {
        type: "button",
        class: "layer-more",
        "aria-expanded": "false",
        "aria-label": t("layers.more", { title: info.title }),
        onclick: () => {
          more.hidden = !more.hidden;
          opener.setAttribute("aria-expanded", String(!more.hidden));
        },
      },
      swatch(own(info)),
    );
    const item = h("li", { class: "layer" }, h("div", { class: "layer-row" }, label, opener), more);
    this.rows.set(info.id, item);
    return item;
  }

  private checkbox(id: string): HTMLInputElement {
    const box = h("input", { type: "checkbox", "data-layer": id });
    box.addEventListener("change", () => this.app.store.show(id, box.checked));
    return box;
  }

  private legend(info: CollectionInfo): HTMLElement {
    const items = info.legend.map((item, index) => this.entry(info, item, index));
    return h("ul", { class: "legend", role: "list", "aria-label": t("layers.legend", { title: info.title }) }, ...items);
  }

  private entry(info: CollectionInfo, item: LegendItem, index: number): HTMLElement {
    const words = [swatch(asRules(item.symbol)), h("span", {}, item.label)];
    if (!item.filter) return h("li", {}, ...words);
    const box = h("input", { type: "checkbox", "data-class": `${info.id}/${index}` });
    box.checked = !this.app.store.now.hidden.get(info.id)?.has(index);
    box.addEventListener("change", () => this.app.store.hide(info.id, index, !box.checked));
    return h("li", {}, h("label", {}, box, ...words));
  }

  private more(info: CollectionInfo, legend: HTMLElement | null): HTMLElement {
    const more = h("div", { class: "layer-details", hidden: true });
    if (legend) more.append(legend);
    more.append(this.slider(info.id, info.title));
    if (info.description) more.append(h("p", { class: "secondary" }, info.description));
    const credit = [info.source, info.license ?? info.licence].filter(Boolean).join(" · ");
    if (credit) more.append(h("p", { class: "muted" }, credit));
    if (info.updated) more.append(h("p", { class: "muted" }, t("layers.updated", { date: day(info.updated) })));
    if (info.extent) more.append(this.whole(info));
    return more;
  }

  private whole(info: CollectionInfo): HTMLElement {
    const go = (): void => {
      if (info.extent) this.app.map.fit(info.extent);
    };
    return h("button", { type: "button", class: "button quiet", onclick: go }, icon("maximize"), t("layers.whole"));
  }

  private slider(id: string, title: string): HTMLElement {
    const value = Math.round((this.app.store.now.opacity.get(id) ?? 1) * 100);
    const output = h("output", { class: "muted" }, percent(value));
    const input = h("input", { type: "range", min: 10, max: 100, step: 5, value, "data-fade": id });
    input.setAttribute("aria-label", t("layers.opacity_of", { title }));
    input.addEventListener("input", () => {
      output.textContent = percent(Number(input.value));
      this.app.store.fade(id, Number(input.value) / 100);
    });
    return h("div", { class: "fader" }, h("span", { class: "muted" }, t("layers.opacity")), input, output);
  }

  private basemaps(): HTMLElement {
    const choices = this.app.catalogue.basemaps.map((basemap) => {
      const input = h("input", { type: "radio", name: "basemap", value: basemap.id });
      input.checked = this.app.store.now.basemap === basemap.id;
      input.addEventListener("change", () => this.app.store.update({ basemap: basemap.id }));
      return h("label", { class: "layer-name" }, input, h("span", {}, basemap.title || t("basemap.own")));
    });
    const heading = h("h3", { id: "basemaps-title" }, t("layers.basemap"));
    return h("div", { class: "basemaps", role: "radiogroup", "aria-labelledby": heading.id }, heading, ...choices);
  }

  private update(): void {
    const { visible } = this.app.store.now;
    for (const [id, row] of this.rows) {
      const box = row.querySelector<HTMLInputElement>("input[type=checkbox]");
      if (box) box.checked = visible.has(id);
      const info = this.app.collection(id);
      const isFar = info ? !this.app.map.isInRange(info) : false;
      row.classList.toggle("is-off", !visible.has(id));
      row.classList.toggle("is-far", isFar);
      row.title = isFar ? t("layers.zoom_in") : "";
    }
  }
}

function percent(value: number): string {
  return `${number(value)} %`;
}

function asRules(symbol: Rule | Rule[]): Rule[] {
  return Array.isArray(symbol) ? symbol : [symbol];
}

/** What of a collection's style stands for it: its drawing without labels. */
export function own(info: CollectionInfo): Rule[] {
  const drawn = info.style.filter((rule) => rule["type"] !== "symbol" || iconOf(rule));
  const [first] = drawn;
  if (!first) return info.legend.flatMap((item) => asRules(item.symbol)).slice(0, 1);
  return drawn.filter((rule) => !rule["filter"] || rule === first).slice(0, 3);
}

function iconOf(rule: Rule): boolean {
  return "icon-image" in ((rule["layout"] as Rule | undefined) ?? {});
}
