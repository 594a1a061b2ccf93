/** Joins plan, tools and the record's panel; every change goes to the server at once, so nothing is lost. */
import { Stale, cadastre, type Around, type Found, type Operation, type Plot, type Preview, type RecordInfo, type XY } from "../../api/cadastre.js";
import { Refusal } from "../../api/client.js";
import { addressed, need } from "../../dom.js";
import { t } from "../../i18n.js";
import { DraftingMap } from "../../map/drafting.js";
import { toast } from "../toast.js";
import { FamilyLine } from "./family.js";
import { Finder } from "./find.js";
import { listen } from "./keys.js";
import { measured, options, placeOf, selected, type Ways } from "./options.js";
import { type NoticeKind, head, noticed, opening, showHint, showSteps, whatChanged, whenSaved, whoHolds, whyNot } from "./head.js";
import { Chip } from "./chip.js";
import { Entries, TYPED_REACH } from "./entries.js";
import { ViewTools } from "./view.js";
import { Unfinished, type Work } from "./unfinished.js";
import { Presence } from "./presence.js";
import { keeping, results, reveal, sizes } from "./results.js";
import { TOOLS, drawnOperation, handling, hintOf, merging, sizedSplit, toggled, type ToolId } from "./tools.js";

const PREVIEW_AFTER = 120;

export class Workbench {
  private readonly plan: DraftingMap;
  private readonly data: DOMStringMap;
  private record: RecordInfo | null = null;
  private chosen: Plot[] = [];
  private tool: ToolId = "select";
  private ways: Ways = { split: "line", boundary: "move" };
  private pending: { operation: Operation; preview: Preview; points: XY[] } | null = null;
  private around: AbortController | null = null;
  private loaded = Promise.resolve();
  private asking: AbortController | null = null;
  private shownOptions = "";
  private timer = 0;
  private sketch: XY[] = [];
  private held: Around["held"] = {};
  private readonly presence = new Presence({
    record: () => this.record,
    isQuiet: () => !this.pending && !this.sketch.length,
    renew: (record) => (this.setRecord(record), this.load()),
    render: () => this.renderHead(),
    tell: (error) => this.tell(error),
  });
  private readonly unfinished: Unfinished;
  private readonly entries: Entries;
  private readonly chip: Chip;
  private readonly view: ViewTools;
  private readonly finder = new Finder((found, adds) => void this.found(found, adds));
  private readonly family = new FamilyLine(() => this.render());

  constructor(element: HTMLElement) {
    this.data = element.dataset;
    this.unfinished = new Unfinished(this.data["person"] ?? "");
    this.plan = new DraftingMap(element, [Number(this.data["x"]), Number(this.data["y"])]);
    this.chip = new Chip(need("bench-chip"), element);
    this.view = new ViewTools(this.plan, this.chip, () => void this.load());
    this.entries = new Entries(this.plan, {
      ask: (operation) => this.ask(operation),
      place: (at) => this.placed(at),
      basin: () => Number(selected("basin")),
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
    const left = this.record?.is_editable ? this.unfinished.read() : null;
    if (chosen) this.choose([chosen]);
    this.use("select");
    if (left) await this.resume(left);
    await this.presence.start();
  }

  /** Bring back what was drawn or previewed when the page was left. */
  private async resume({ tool, ways, chosen, points, operation }: Work): Promise<void> {
    if (points[0]) this.plan.goTo(points[0]);
    await this.load();
    this.choose(chosen.map((key) => this.plan.plot(key)).filter((one) => one !== null));
    this.ways = ways;
    this.use(tool);
    if (operation) await this.ask(operation, points);
    else this.plan.pencil.putBack(points);
    if (this.pending || this.sketch.length) this.notice(t("bench.resumed"), "info");
  }

  private note(points: XY[], operation: Operation | null): void {
    this.unfinished.note({ tool: this.tool, ways: this.ways, chosen: this.chosen, points, operation });
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
    const way = this.tool === "boundary" ? this.ways.boundary : null;
    if (way === "move") this.entries.move(at);
    else if (way === "insert") this.drawn([this.plan.near.edge(at, TYPED_REACH) ?? at]);
    else if (way === "delete") this.drawn([this.plan.near.vertex(at, TYPED_REACH) ?? at]);
    else this.plan.pencil.add(at);
  }

  private load(): Promise<void> {
    this.view.showScale();
    if (this.plan.isNear()) this.loaded = this.loadAround();
    return this.loaded;
  }

  private async loadAround(): Promise<void> {
    this.around?.abort();
    this.around = new AbortController();
    try {
      const found = await cadastre.around(this.plan.bounds(), this.record?.id ?? null, this.around.signal);
      this.plan.showAround(found);
      this.held = found.held;
    } catch (error) {
      // A later reading took its place: who waits for one waits for the last.
      if ((error as Error).name === "AbortError") return this.loaded;
      this.tell(error);
    }
  }

  private choose(plots: Plot[]): void {
    this.chosen = plots;
    this.plan.choose(plots);
    this.drop();
    this.render();
    const holder = whoHolds(plots, this.held);
    if (holder) this.notice(holder, "warn");
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
    const drawing = handling(this.tool, this.ways, this.chosen.length > 0);
    this.plan.stop();
    if (!drawing || (this.tool !== "ruler" && !this.record?.is_editable)) return;
    if (drawing === "moving") this.plan.startMoving();
    else this.plan.startDrawing(drawing);
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
    this.unfinished.forget();
    this.plan.abort();
    this.entries.grip = null;
    this.chip.show("");
  }

  private sketched(points: XY[]): void {
    this.sketch = points;
    if (this.tool !== "ruler") this.note(this.plan.pencil.settled, null);
    this.chip.show(points.length > 1 ? measured(points, this.tool === "new") : "");
    const operation = drawnOperation(this.tool, this.ways, this.chosen, points, Number(selected("basin")));
    if (!operation || this.tool === "ruler" || (this.tool === "new" && points.length < 5)) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.live(operation), PREVIEW_AFTER);
  }

  private drawn(points: XY[]): void {
    window.clearTimeout(this.timer);
    this.sketch = [];
    if (this.tool === "ruler") return;
    const operation = drawnOperation(this.tool, this.ways, this.chosen, points, Number(selected("basin")));
    if (operation) void this.ask(operation, this.tool === "new" ? points.slice(0, -1) : points);
  }

  /** Ask for a preview; one that is under way is given up. */
  private previewOf(record: RecordInfo, operation: Operation): Promise<Preview> {
    this.asking?.abort();
    this.asking = new AbortController();
    return cadastre.preview(record.id, operation, this.asking.signal);
  }

  /** A preview while drawing: refusals are not shown, since the line is not finished. */
  private async live(operation: Operation): Promise<void> {
    if (!this.record) return;
    try {
      const preview = await this.previewOf(this.record, operation);
      if (!this.sketch.length) return;
      this.plan.preview(preview.added);
      this.chip.show(sizes(preview));
    } catch {
      this.plan.preview([]);
    }
  }

  /** Show what an operation would make; a drawing that is refused, or not answered, stays to be changed or tried again. */
  private async ask(operation: Operation, points: XY[] = [], before = ""): Promise<void> {
    if (!this.record) return this.notice(t("bench.no_record"), "warn");
    this.note(points, operation);
    try {
      const preview = await this.previewOf(this.record, operation);
      this.pending = { operation, preview, points };
      this.plan.preview(preview.added);
      this.chip.show("");
      this.notice(before, "warn");
      this.render();
      reveal();
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      if (error instanceof Refusal) this.note(points, null);
      this.pending = null;
      this.plan.abort();
      this.plan.pencil.putBack(points);
      this.tell(error, before);
      this.render();
    }
  }

  private drop(): void {
    this.pending = null;
    this.clearSketch();
    this.begin();
  }

  private async keep(): Promise<void> {
    const { pending } = this;
    if (!pending || !(await this.change((record) => cadastre.keep(record, pending.operation)))) return;
    this.entries.found = [];
    this.choose([]);
    this.use("select");
  }

  private async step(name: "undo" | "redo" | "submit"): Promise<void> {
    await this.change((record) => cadastre.step(record, name));
    if (name === "submit" && this.record?.state === "submitted") toast(t("bench.submitted"));
  }

  /** Send a change and say whether it was made; if not, all stays to try again, over what others saved meanwhile. */
  private async change(send: (record: RecordInfo) => Promise<RecordInfo>): Promise<boolean> {
    if (!this.record) return false;
    try {
      this.setRecord(await send(this.record));
    } catch (error) {
      if (error instanceof Stale) await this.overtaken(error.current);
      else this.tell(error);
      if (error instanceof Refusal) await this.load();
      return false;
    }
    this.notice("", "info");
    if (!this.sketch.length || !this.record?.is_editable) this.drop();
    await this.load();
    return true;
  }

  /** Show what others saved, and what was about to be kept over it. */
  private async overtaken(current: RecordInfo): Promise<void> {
    this.setRecord(current);
    const before = whatChanged(current, "bench.stale");
    if (!this.pending) return this.notice(before, "warn");
    await this.ask(this.pending.operation, this.pending.points, before);
    if (this.pending) this.notice(whatChanged(current, "bench.redrawn"), "warn");
  }

  private setRecord(record: RecordInfo): void {
    this.record = record;
    this.unfinished.of(record.id);
    this.chosen = this.chosen.filter(({ key }) => record.proposed.some((one) => one.key === key) || (this.plan.isInForce(key) && !record.ended.some((one) => one.key === key)));
    this.plan.choose(this.chosen);
    this.plan.showProposed(record.proposed);
    need("bench-saved").textContent = whenSaved(record);
    this.render();
  }

  private async open(): Promise<void> {
    try {
      this.setRecord(await cadastre.create(selected("kind")));
      addressed("record", String(this.record?.id));
      this.begin();
    } catch (error) {
      this.tell(error);
    }
  }

  private tell(error: unknown, before = ""): void {
    this.notice(`${before} ${whyNot(error)}`.trim(), "block");
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
    need("bench-results").replaceChildren(
      ...results(record, this.pending?.preview ?? null, this.family, {
        show: (place) => this.plan.flash(place),
        give: (check, reason) => void this.change((now) => cadastre.reason(now, check, reason)),
        attach: (form) => void this.change((now) => cadastre.attach(now, form)),
      }),
    );
    need("bench-pending").replaceChildren(...(this.pending ? keeping(() => void this.keep(), () => (this.drop(), this.render())) : []));
    showSteps(record, (count) => this.notice(t("bench.blocked", { count }), "block"), () => void this.step("submit"));
    if (focused && !this.pending) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  private renderHead(): void {
    need("bench-record").replaceChildren(...(this.record ? head(this.record, this.presence.others) : [opening(() => void this.open())]));
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
        hold: (hold) => ((this.plan.pencil.hold = hold), this.render()),
        side: (edge) => this.view.showSide(edge),
        corners: (text, crs) => this.entries.corners(text, crs),
        traverse: (start, rows) => void this.entries.traverse(start, rows),
        survey: (form) => void this.entries.survey(form),
        take: (shapes) => this.entries.take(shapes, this.tool === "new" ? null : (this.chosen[0] ?? null)),
      }),
    );
  }

  private formed(form: FormData): void {
    const operation = this.tool === "merge" ? merging(this.chosen) : sizedSplit(this.ways.split, this.chosen, form);
    if (operation) void this.ask(operation);
  }
}
