/** The lineage in the record's panel: where the land comes from, what ends, what is proposed. */
import { cadastre, type Plot, type RecordInfo } from "../../api/cadastre.js";
import { h, icon } from "../../dom.js";
import { digitsOf, t } from "../../i18n.js";

const MOST = 8;

interface Ancestor {
  id: number;
  number: string;
  year: string;
}

/** Draws the family of what a record ends; ancestors are read once for each parcel. */
export class FamilyLine {
  private readonly known = new Map<number, Ancestor[]>();

  constructor(private readonly changed: () => void) {}

  /** The line from ancestors to proposals; null where nothing ends. */
  show(record: RecordInfo): HTMLElement | null {
    const kept = new Set(record.proposed.filter((plot) => plot.role === "noded").map((plot) => plot.continues));
    const ended = record.ended.filter((plot) => !kept.has(idOf(plot))).slice(0, MOST);
    const opened = record.proposed.filter((plot) => plot.role !== "noded").slice(0, MOST);
    if (ended.length === 0 || opened.length === 0) return null;
    const ancestors = ended.flatMap((plot) => this.ancestors(idOf(plot)));
    const columns = [
      ancestors.map((one) => link(one.id, one.number, one.year)),
      ended.map((plot) => link(idOf(plot), plot.number, "")),
      opened.map((plot) => h("span", { class: "proposed" }, h("bdi", {}, digitsOf(plot.number)))),
    ].filter((column) => column.length > 0);
    const items = columns.flatMap((column, at) => [
      ...(at ? [h("li", { "aria-hidden": "true" }, icon("arrow-right"))] : []),
      h("li", { class: at === columns.length - 2 ? "ended" : "" }, ...column),
    ]);
    return h("section", { class: "stack tight" }, h("h3", {}, t("bench.lineage")), h("ol", { class: "family" }, ...items));
  }

  private ancestors(id: number): Ancestor[] {
    const known = this.known.get(id);
    if (known) return known;
    this.known.set(id, []);
    void cadastre.lineage(id).then(({ parcels, steps }) => {
      const parents = new Set(steps.filter((step) => step.child === id).map((step) => step.parent));
      const found = parcels.filter((one) => parents.has(one.id)).slice(0, MOST);
      this.known.set(id, found.map((one) => ({ id: one.id, number: one.number, year: one.from.slice(0, 4) })));
      if (found.length) this.changed();
    }, () => undefined);
    return [];
  }
}

function idOf(plot: Plot): number {
  return Number(plot.key.slice(1));
}

function link(id: number, number: string, year: string): HTMLElement {
  return h("a", { href: `/staff/parcels/${id}/` }, h("bdi", {}, digitsOf(number)), year ? h("small", {}, digitsOf(year)) : null);
}
