/** The card of the chosen feature: small label, title, facts in hairline cells, actions as rows. */
import { Refusal } from "../api/client.js";
import type { Card, Fact, FeatureInfo } from "../api/types.js";
import { type App, boxOf } from "../app.js";
import { append, h, icon } from "../dom.js";
import { day, digitsOf, number, t } from "../i18n.js";
import type { Hit } from "../map/engine.js";
import type { Chosen } from "../state.js";
import { landUnit } from "../units.js";

const SHORT = 6;

export interface CardHost {
  /** Called when the card opens or closes, so that the page can make room. */
  opened(isOpen: boolean): void;
  /** Copy the page's address. */
  share(): void;
  /** Show the collection in the list twin. */
  list(collection: string): void;
}

/** Fills the card's element from what the server says of a feature. */
export class FeatureCard {
  private others: Hit[] = [];

  constructor(
    private readonly app: App,
    private readonly element: HTMLElement,
    private readonly host: CardHost,
  ) {
    app.watch({
      loading: () => element.setAttribute("aria-busy", "true"),
      shown: (chosen, feature) => this.show(chosen, feature),
      failed: (chosen, reason) => this.fail(chosen, reason),
      cleared: () => this.hide(),
    });
  }

  /** Say what else was under the click, to be offered in the card. */
  offer(others: Hit[]): void {
    this.others = others;
  }

  private show(chosen: Chosen, feature: FeatureInfo): void {
    const info = this.app.collection(chosen.collection);
    const card = feature.card ?? bare(feature, info?.title ?? "");
    this.element.removeAttribute("aria-busy");
    this.element.replaceChildren(h("div", { class: "loading-bar" }), this.head(card, info?.title ?? ""));
    append(this.element, this.facts(card, feature));
    append(this.element, [this.actions(chosen, card, feature), this.alsoHere(chosen), this.foot(card, info?.updated)]);
    this.element.hidden = false;
    this.host.opened(true);
  }

  private head(card: Card, title: string): HTMLElement {
    const close = h("button", { type: "button", class: "icon-button", "aria-label": t("card.close"), onclick: () => void this.app.choose(null) }, icon("x"));
    const heading = h("h2", { id: "card-title", tabindex: -1 }, digitsOf(card.title || title));
    const words = h("div", { class: "grow" }, h("p", { class: "kicker" }, digitsOf(card.kicker || title)), heading);
    return h("header", { class: "card-head" }, words, close);
  }

  private facts(card: Card, feature: FeatureInfo): HTMLElement[] {
    const facts = withLandUnit(card.facts.filter((fact) => isWorthSaying(fact, card)));
    if (facts.length === 0) return [];
    const short = grid(facts.slice(0, SHORT), feature);
    if (facts.length <= SHORT) return [short];
    const rest = h("details", { class: "more-facts" }, h("summary", {}, t("card.more_facts")), grid(facts.slice(SHORT), feature));
    return [short, rest];
  }

  private actions(chosen: Chosen, card: Card, feature: FeatureInfo): HTMLElement {
    const offered = (card.actions ?? []).map((one) =>
      h("li", {}, h("a", { href: one.url }, icon(one.icon || "file-text"), h("span", { class: "grow" }, one.label), icon("chevron-right"))),
    );
    const box = boxOf(feature);
    const own = [
      box && row("zoom-in", t("card.zoom"), () => this.app.map.fit(box, 20)),
      row("link", t("card.share"), () => this.host.share()),
      row("table-2", t("card.list"), () => this.host.list(chosen.collection)),
    ];
    return h("ul", { class: "actions", role: "list" }, ...offered, ...own);
  }

  private alsoHere(chosen: Chosen): HTMLElement | null {
    const others = this.others.filter((hit) => hit.collection !== chosen.collection || hit.id !== chosen.id).slice(0, 5);
    if (others.length === 0) return null;
    const links = others.map((hit) => {
      const title = this.app.collection(hit.collection)?.title ?? hit.collection;
      const name = hit.name ? h("bdi", {}, digitsOf(hit.name)) : null;
      return h("button", { type: "button", class: "chip", onclick: () => void this.app.choose(hit) }, `${title} `, name);
    });
    return h("div", { class: "also-here" }, h("p", { class: "muted" }, t("card.also_here")), ...links);
  }

  private foot(card: Card, updated: string | null | undefined): HTMLElement {
    const date = card.updated ?? updated;
    const words = [date ? t("card.updated", { date: day(date) }) : "", card.note ?? t("card.for_information")];
    return h("footer", {}, words.filter(Boolean).join(" "));
  }

  private fail(chosen: Chosen, reason: Error): void {
    const text = reason instanceof Refusal ? reason.message : t("card.failed");
    const again = h("button", { type: "button", class: "button", onclick: () => void this.app.choose(chosen) }, icon("refresh-cw"), t("again"));
    const head = this.head({ kicker: "", title: t("card.not_shown"), facts: [], actions: [] }, "");
    this.element.removeAttribute("aria-busy");
    this.element.replaceChildren(head, h("div", { class: "empty", role: "alert" }, icon("wifi-off"), h("p", {}, text), again));
    this.element.hidden = false;
    this.host.opened(true);
  }

  private hide(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
    this.host.opened(false);
  }
}

function row(name: string, label: string, act: () => void): HTMLElement {
  return h("li", {}, h("button", { type: "button", onclick: act }, icon(name), h("span", { class: "grow" }, label), icon("chevron-right")));
}
/* icon("zoom-in") icon("link") icon("table-2") icon("file-text") */

function grid(facts: Fact[], feature: FeatureInfo): HTMLElement {
  const cells = facts.map((fact) => {
    const isLong = String(fact.value).length > 26;
    return h("div", isLong ? { class: "whole" } : {}, h("dt", {}, fact.label), h("dd", {}, ...value(fact)));
  });
  return h("dl", { class: "facts", "data-feature": feature.id }, ...cells);
}

function value(fact: Fact): (Node | string)[] {
  if (typeof fact.value === "boolean") return [t(fact.value ? "yes" : "no")];
  if (typeof fact.value === "number") {
    const figure = h("bdi", { class: "figure" }, figureOf(fact));
    return fact.unit ? [figure, ` ${fact.unit}`] : [figure];
  }
  const text = String(fact.value ?? "");
  if (fact.type === "date" || fact.type === "datetime") return [h("bdi", {}, day(text))];
  return [h("bdi", {}, digitsOf(text)), fact.unit ? ` ${fact.unit}` : ""];
}

/** Years and other whole codes keep their digits together; measures get separators and two decimals. */
function figureOf(fact: Fact): string {
  const figure = Number(fact.value);
  if (!fact.unit && Number.isInteger(figure) && Math.abs(figure) < 10000) return digitsOf(String(figure));
  return number(figure, fact.unit ? 2 : 3, 0);
}

/** A fact that title or kicker already say is not said again. */
function isWorthSaying(fact: Fact, card: Card): boolean {
  if (fact.value === null || fact.value === "") return false;
  const words = `${card.title} ${card.kicker}`.split(/[\s،,]+/);
  const said = typeof fact.value === "string" && (words.includes(fact.value) || [card.title, card.kicker].includes(fact.value));
  return !said || fact.unit !== null;
}

function isArea(fact: Fact): boolean {
  return typeof fact.value === "number" && fact.value > 0 && /^(m²|م²)$/.test(fact.unit ?? "");
}

/** Say the first area also in the country's land unit. */
function withLandUnit(facts: Fact[]): Fact[] {
  const index = facts.findIndex(isArea);
  const area = facts[index];
  if (!area) return facts;
  const { label, value: text } = landUnit(Number(area.value));
  return [...facts.slice(0, index + 1), { label, value: text }, ...facts.slice(index + 1)];
}

/** A card for a feature that came without one. */
function bare(feature: FeatureInfo, title: string): Card {
  const facts = Object.entries(feature.properties)
    .filter(([, one]) => one === null || typeof one !== "object")
    .map(([label, one]) => ({ label, value: one as Fact["value"] }));
  return { kicker: title, title: String(feature.id), facts, actions: [] };
}
