/** Joins plan, tools and the record's panel; every change goes to the server at once, so nothing is lost. */
import { Stale, cadastre, type Around, type Found, type Operation, type Plot, type Preview, type RecordInfo, type XY } from "../../api/cadastre.js";
import { Refusal } from "../../api/client.js";
import { h, need } from "../../dom.js";
import { isolated, locale, number, t } from "../../i18n.js";
import { DraftingMap } from "../../map/drafting.js";
import { toast } from "../toast.js";
import { FamilyLine } from "./family.js";
import { Finder } from "./find.js";
import { listen } from "./keys.js";
import { measured, options, placeOf, type Ways } from "./options.js";
import { type NoticeKind, head, noticed, opening, papers, showHint, showSteps } from "./head.js";
import { Chip } from "./chip.js";
import { Entries, TYPED_REACH } from "./entries.js";
import { ViewTools } from "./view.js";
import { findings, keeping, previewed, resulting } from "./results.js";
import { TOOLS, drawnOperation, hintOf, sizedSplit, toggled, type ToolId } from "./tools.js";

const PRESENCE_EVERY = 15_000;
const PREVIEW_AFTER = 120;

export class Workbench {
  private readonly plan: DraftingMap;
  private readonly data: DOMStringMap;
  private record: RecordInfo | null = null;
  private chosen: Plot[] = [];
  private tool: ToolId = "select";
  private ways: Ways = { split: "line", boundary: "move" };
  private pending: { operation: Operation; preview: Preview } | null = null;
  private around: AbortController | null = null;
  private asking: AbortController | null = null;
  private shownOptions = "";
  private timer = 0;
  private sketch: XY[] = [];
  private held: Around["held"] = {};
  private others: string[] = [];
  private readonly entries: Entries;
  private readonly chip: Chip;
  private readonly view: ViewTools;
  private readonly finder = new Finder((found, adds) => void this.found(found, adds));
  private readonly family = new FamilyLine(() => this.render());

  constructor(element: HTMLElement) {
    this.data = element.dataset;
    this.plan = new DraftingMap(element, [Number(this.data["x"]), Number(this.data["y"])]);
    this.chip = new Chip(need("bench-chip"), element);
    this.view = new ViewTools(this.plan, this.chip, () => void this.load());
    this.entries = new Entries(this.plan, {
      ask: (operation) => this.ask(operation),
      place: (at) => this.placed(at),
      basin: () => Number(this.select("basin")),
      notice: (text, kind) => this.notice(text, kind),
      tell: (error) => this.tell(error),
      render: () => this.render(),
    });
  }

  async start(): Promise<void> {
    this.wire();
    const record = Number(this.data["record"]);
    if (record) this.setRecord(await cadastre.read(record));
    const at = placeOf((this.data["at"] ?? "").replace(",", " "));
    const parcel = this.data["parcel"];
    if (at) this.plan.goTo(at);
    else if (this.record?.proposed.length) this.plan.fit(this.record.proposed);
    await this.load();
    const chosen = parcel ? this.plan.plot(`p${parcel}`) : null;
    if (chosen) this.choose([chosen]);
    this.use("select");
    window.setInterval(() => void this.heartbeat(), PRESENCE_EVERY);
    await this.heartbeat();
  }

  private wire(): void {
    const { plan } = this;
    plan.onMove(() => void this.load());
    plan.onChosen = (plot, adds, at) => {
      if (!adds && this.view.takeSide(this.chosen, at)) return;
      this.choose(plot ? (adds ? toggled(this.chosen, plot) : [plot]) : adds ? this.chosen : []);
    };
    plan.pencil.onSketch = (points) => this.sketched(points);
    plan.pencil.onDrawn = (points) => this.drawn(points);
    plan.onMoved = (moves) => void this.ask({ kind: "move", arguments: { moves } });
    for (const tool of TOOLS) need(`tool-${tool.id}`).addEventListener("click", () => this.use(tool.id));
    const snap = (): void => (this.view.toggleSnap(), this.begin());
    need("tool-snap").addEventListener("click", snap);
    need("tool-undo").addEventListener("click", () => void this.step("undo"));
    need("tool-redo").addEventListener("click", () => void this.step("redo"));
    listen(plan.element, {
      use: (tool) => this.use(tool),
      undo: () => plan.pencil.takeBack() || void this.step("undo"),
      redo: () => plan.pencil.restore() || void this.step("redo"),
      back: () => this.back(),
      enter: () => (this.pending ? void this.keep() : plan.pencil.finish()),
      snap,
      layers: () => this.view.toggleLayers(),
      help: () => need<HTMLDialogElement>("keys").showModal(),
      find: () => this.finder.focus(),
      zoom: (factor) => plan.zoomBy(factor),
      pan: (key) => plan.panByKey(key),
    });
  }

  /** Go to a parcel that was found by its number, and choose it. */
  private async found({ id, place }: Found, adds: boolean): Promise<void> {
    this.plan.goTo(place);
    await this.load();
    const plot = this.plan.plot(`p${id}`) ?? this.plan.plotOver(place);
    if (plot) this.choose(adds ? toggled(this.chosen, plot) : [plot]);
  }

  /** Take a typed place as if it had been clicked. */
  private placed(at: XY): void {
    const { tool, ways, plan } = this;
    if (tool === "boundary" && ways.boundary === "move") this.entries.move(at);
    else if (tool === "boundary" && ways.boundary === "insert") this.drawn([plan.near.edge(at, TYPED_REACH) ?? at]);
    else if (tool === "boundary" && ways.boundary === "delete") this.drawn([plan.near.vertex(at, TYPED_REACH) ?? at]);
    else plan.pencil.add(at);
  }

  private async load(): Promise<void> {
    need("bench-far").hidden = this.plan.isNear();
    need("bench-scale").textContent = `1:${number(Math.round((this.plan.resolution() * 96) / 0.0254))}`;
    if (!this.plan.isNear()) return;
    this.around?.abort();
    this.around = new AbortController();
    try {
      const found = await cadastre.around(this.plan.bounds(), this.record?.id ?? null, this.around.signal);
      this.plan.showAround(found);
      this.held = found.held;
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.tell(error);
    }
  }

  private choose(plots: Plot[]): void {
    this.chosen = plots;
    this.plan.choose(plots);
    this.drop();
    this.render();
    const taken = plots.find((plot) => this.held[plot.key]);
    const by = taken && this.held[taken.key];
    if (by) this.notice(t("bench.held", { parcel: isolated(taken.number), record: isolated(by.record), holder: isolated(by.holder) }), "warn");
  }

  private use(id: ToolId): void {
    this.tool = id;
    this.drop();
    for (const tool of TOOLS) need(`tool-${tool.id}`).setAttribute("aria-pressed", String(tool.id === id));
    this.begin();
    this.render();
  }

  /** Put the map into the state that the tool needs. */
  private begin(): void {
    const { plan, tool, ways } = this;
    const canDraw = this.record?.is_editable ?? false;
    plan.stop();
    if (tool === "ruler") plan.startDrawing("LineString");
    else if (!canDraw) return;
    else if (tool === "split" && ways.split === "line" && this.chosen.length) plan.startDrawing("LineString");
    else if (tool === "new") plan.startDrawing("Polygon");
    else if (tool === "boundary" && ways.boundary === "move") plan.startMoving();
    else if (tool === "boundary" && ways.boundary === "reshape") plan.startDrawing("LineString");
    else if (tool === "boundary") plan.startDrawing("Point");
  }

  /** One step back: the preview, then the drawing, then the tool, then the choice. */
  private back(): void {
    if (this.view.closeLayers()) return;
    if (this.pending) this.drop();
    else if (this.sketch.length) this.clearSketch();
    else if (this.plan.pencil.isHolding) this.plan.pencil.hold = { bearing: null, length: null };
    else if (this.tool !== "select") this.use("select");
    else this.choose([]);
    this.render();
  }

  private clearSketch(): void {
    this.sketch = [];
    this.plan.abort();
    this.entries.grip = null;
    this.chip.show("");
  }

  private sketched(points: XY[]): void {
    this.sketch = points;
    this.chip.show(points.length > 1 ? measured(points, this.tool === "new") : "");
    const operation = this.operationOf(points);
    if (!operation || this.tool === "ruler" || (this.tool === "new" && points.length < 5)) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.live(operation), PREVIEW_AFTER);
  }

  private drawn(points: XY[]): void {
    window.clearTimeout(this.timer);
    this.sketch = [];
    if (this.tool === "ruler") return;
    const operation = this.operationOf(points);
    if (operation) void this.ask(operation);
  }

  private operationOf(points: XY[]): Operation | null {
    return drawnOperation(this.tool, this.ways, this.chosen, points, Number(this.select("basin")));
  }

  private select(name: string): string {
    return document.querySelector<HTMLSelectElement>(`[name=${name}]`)?.value ?? "";
  }

  /** A preview while drawing: refusals are not shown, since the line is not finished. */
  private async live(operation: Operation): Promise<void> {
    if (!this.record) return;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const preview = await cadastre.preview(this.record.id, operation, this.asking.signal);
      if (!this.sketch.length) return;
      this.plan.preview(preview.added);
      this.chip.show(preview.added.map((plot) => `${isolated(plot.number)}  ${number(plot.area_m2, 2)} ${t("bench.m2")}`).join("\n"));
    } catch {
      this.plan.preview([]);
    }
  }

  private async ask(operation: Operation): Promise<void> {
    if (!this.record) return this.notice(t("bench.no_record"), "warn");
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const preview = await cadastre.preview(this.record.id, operation, this.asking.signal);
      this.pending = { operation, preview };
      this.plan.preview(preview.added);
      this.notice("", "info");
      this.render();
      document.querySelector(".preview")?.scrollIntoView({ block: "nearest" });
      document.getElementById("keep")?.focus({ preventScroll: true });
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      this.plan.abort();
      this.tell(error);
    }
  }

  private drop(): void {
    this.pending = null;
    this.plan.preview([]);
    this.clearSketch();
    this.begin();
  }

  private async keep(): Promise<void> {
    if (!this.record || !this.pending) return;
    const { operation } = this.pending;
    if (!(await this.change(() => cadastre.keep(this.record as RecordInfo, operation)))) return;
    this.entries.found = [];
    this.choose([]);
    this.use("select");
  }

  private async step(name: "undo" | "redo" | "submit"): Promise<void> {
    if (!this.record) return;
    const before = this.record;
    await this.change(() => cadastre.step(before, name));
    if (name === "submit" && this.record.state === "submitted") toast(t("bench.submitted"));
  }

  /** Send a change; a stale one shows what others saved. Says whether the portal answered: if not, all stays to try again. */
  private async change(send: () => Promise<RecordInfo>): Promise<boolean> {
    try {
      this.setRecord(await send());
      this.notice("", "info");
    } catch (error) {
      if (error instanceof Stale) {
        const last = error.current.operations.filter((one) => one.in_effect).at(-1);
        this.setRecord(error.current);
        this.notice(t("bench.stale", { what: last ? `${last.title} (${last.by})` : "—" }), "warn");
      } else {
        this.tell(error);
        if (!(error instanceof Refusal)) return false;
      }
    }
    this.drop();
    await this.load();
    return true;
  }

  private setRecord(record: RecordInfo): void {
    this.record = record;
    this.chosen = this.chosen.filter((plot) => record.proposed.some((one) => one.key === plot.key));
    this.plan.choose(this.chosen);
    this.plan.showProposed(record.proposed);
    const at = new Date(record.changed_at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    need("bench-saved").textContent = t("bench.saved", { at });
    this.render();
  }

  private async heartbeat(): Promise<void> {
    if (!this.record || document.hidden) return;
    try {
      const { others, etag } = await cadastre.present(this.record.id);
      this.others = others;
      if (etag !== this.record.etag && !this.pending && !this.sketch.length) {
        this.setRecord(await cadastre.read(this.record.id));
        await this.load();
      } else this.renderHead();
    } catch (error) {
      this.tell(error);
    }
  }

  private open(): void {
    void cadastre.create(this.select("kind")).then(
      (record) => {
        history.replaceState(null, "", `?record=${record.id}`);
        this.setRecord(record);
        this.begin();
      },
      (error: unknown) => this.tell(error),
    );
  }

  private tell(error: unknown): void {
    if (error instanceof Refusal) this.notice(`${error.problem.title} ${error.problem.detail}`.trim(), "block");
    else this.notice(t("bench.failed"), "block");
  }

  private notice(text: string, kind: NoticeKind): void {
    need("bench-notice").replaceChildren(...noticed(text, kind));
  }

  private render(): void {
    const { record } = this;
    showHint(this.plan.isBusy() && !this.pending ? hintOf(this.tool, this.ways) : null);
    const focused = (document.activeElement as HTMLElement | null)?.id;
    this.renderHead();
    this.renderOptions();
    need("basin-choice").hidden = this.tool !== "new";
    need("bench-results").replaceChildren(...this.results());
    need("bench-pending").replaceChildren(...(this.pending ? keeping(() => void this.keep(), () => (this.drop(), this.render())) : []));
    showSteps(record, (count) => this.notice(t("bench.blocked", { count }), "block"), () => void this.step("submit"));
    if (focused && !this.pending) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  private renderHead(): void {
    need("bench-record").replaceChildren(...(this.record ? head(this.record, this.others) : [opening(() => this.open())]));
  }

  /** Build the tool's forms anew only when they would be other ones, so that nothing typed is lost. */
  private renderOptions(): void {
    const { tool, ways, chosen } = this;
    const shown = JSON.stringify([tool, ways, chosen.map((plot) => [plot.key, plot.area_m2]), this.entries.found, this.plan.pencil.hold]);
    if (shown === this.shownOptions) return;
    this.shownOptions = shown;
    need("bench-options").replaceChildren(
      options(tool, ways, chosen, this.entries.found, this.plan.pencil.hold, {
        way: (change) => {
          this.ways = { ...this.ways, ...change };
          this.use(this.tool);
        },
        preview: (form) => this.formed(form),
        typedPoint: (form) => this.entries.point(form),
        hold: (hold) => {
          this.plan.pencil.hold = hold;
          this.render();
        },
        side: (edge) => this.view.showSide(edge),
        corners: (text, crs) => this.entries.corners(text, crs),
        traverse: (start, rows) => void this.entries.traverse(start, rows),
        survey: (form) => void this.entries.survey(form),
        take: (shapes) => this.entries.take(shapes, this.tool === "new" ? null : (this.chosen[0] ?? null)),
      }),
    );
  }

  private formed(form: FormData): void {
    const operation = this.tool === "merge" ? { kind: "merge", arguments: { parcels: this.chosen.map((plot) => plot.key) } } : sizedSplit(this.ways.split, this.chosen, form);
    if (operation) void this.ask(operation);
  }

  private results(): Node[] {
    const { record, pending } = this;
    if (!record) return [];
    const show = (place: Parameters<DraftingMap["flash"]>[0]): void => this.plan.flash(place);
    if (pending) {
      const { preview } = pending;
      return [previewed(preview), h("h3", {}, t("bench.checks")), findings(preview.checks, show, null)];
    }
    const table = resulting(record);
    const give = record.is_editable ? (check: RecordInfo["checks"][number], reason: string): void => void this.change(() => cadastre.reason(record, check, reason)) : null;
    return [
      ...(table ? [h("h3", {}, t("bench.resulting")), table] : []),
      ...(table ? [h("h3", {}, t("bench.checks")), findings(record.checks, show, give)] : []),
      ...[this.family.show(record)].filter((one) => one !== null),
      ...papers(record, (form) => void this.change(() => cadastre.attach(record, form))),
    ];
  }
}
