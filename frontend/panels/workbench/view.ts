/** What stands around the drawing: status line, snapping, layers, the side that a tool works along. */
import type { Edge, Plot, XY } from "../../api/cadastre.js";
import { need } from "../../dom.js";
import { coordinate, number, t } from "../../i18n.js";
import type { DraftingMap } from "../../map/drafting.js";
import { distance, footOn } from "../../map/snapping.js";
import type { Chip } from "./chip.js";
import { middleOf } from "./options.js";

export class ViewTools {
  constructor(
    private readonly plan: DraftingMap,
    private readonly chip: Chip,
    private readonly reload: () => void,
  ) {
    need("tool-layers").addEventListener("click", () => this.toggleLayers());
    need("zoom-in").addEventListener("click", () => plan.zoomBy(2));
    need("zoom-out").addEventListener("click", () => plan.zoomBy(0.5));
    for (const box of need("bench-layers").querySelectorAll<HTMLInputElement>("input")) box.addEventListener("change", () => this.showLayer(box));
    plan.onPointer(([x, y], pixel) => {
      need("bench-coordinates").textContent = `${coordinate(x, 2)}  ${coordinate(y, 2)}`;
      chip.place(pixel);
    });
    plan.pencil.onSnapped = (what) => this.say(what ? t(`bench.on_${what}`) : "");
    this.say("");
  }

  /** Switch snapping on or off. */
  toggleSnap(): void {
    const { pencil } = this.plan;
    pencil.isSnapping = !pencil.isSnapping;
    need("tool-snap").setAttribute("aria-pressed", String(pencil.isSnapping));
    this.say("");
  }

  /** Write the scale, and whether parcels are too small to be shown at it. */
  showScale(): void {
    need("bench-far").hidden = this.plan.isNear();
    need("bench-scale").textContent = `1:${number(Math.round((this.plan.resolution() * 96) / 0.0254))}`;
  }

  /** Open or close the list of layers. */
  toggleLayers(): void {
    const panel = need("bench-layers");
    panel.hidden = !panel.hidden;
    need("tool-layers").setAttribute("aria-expanded", String(!panel.hidden));
    (panel.hidden ? need("tool-layers") : panel.querySelector("input"))?.focus();
  }

  /** Close the list of layers; says whether it was open. */
  closeLayers(): boolean {
    const isOpen = !need("bench-layers").hidden;
    if (isOpen) this.toggleLayers();
    return isOpen;
  }

  /** Choose the side that was clicked on, where the tool works along one; says whether it did. */
  takeSide(chosen: Plot[], at: XY): boolean {
    const list = document.querySelector<HTMLSelectElement>("#field-near");
    const gap = ({ from, to }: Edge): number => distance(footOn([from, to], at), at);
    const [edge] = chosen.flatMap((plot) => plot.edges).sort((a, b) => gap(a) - gap(b));
    if (!list || !edge || gap(edge) > this.plan.reach()) return false;
    list.value = middleOf(edge).join(" ");
    this.showSide(edge);
    return true;
  }

  /** Draw the side that is meant. */
  showSide(edge: Edge | null): void {
    this.plan.sketch(edge ? [[edge.from, edge.to]] : []);
  }

  private showLayer(box: HTMLInputElement): void {
    this.plan.setShown(box.value, box.checked);
    this.reload();
  }

  private say(caught: string): void {
    this.chip.catch(caught && t("bench.caught", { what: caught }));
    need("bench-snapped").textContent = caught || t(this.plan.pencil.isSnapping ? "bench.snap_on" : "bench.snap_off");
  }
}
