/** The date slider: the map as it was on any day, with the days on which something changed as stops. */
import { readHistory } from "../api/client.js";
import type { DayOfChange } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { day as dayText, t } from "../i18n.js";

const DAY = 86_400_000;
const WAIT = 120;

/** Opens and closes with its tool; closed, the map shows what is in force now. */
export class DayPanel {
  private days: DayOfChange[] = [];
  private timer = 0;
  private readonly slider = h("input", { type: "range", id: "day-slider", step: 1, list: "day-stops" });
  private readonly date = h("input", { type: "date", id: "day-date", class: "input" });
  private readonly stops = h("datalist", { id: "day-stops" });
  private readonly words = h("output", { class: "day-words", for: "day-slider day-date" });

  constructor(
    private readonly app: App,
    private readonly element: HTMLElement,
    private readonly closed: () => void,
  ) {
    this.slider.setAttribute("aria-label", t("days.slider"));
    this.date.setAttribute("aria-label", t("days.date"));
    this.slider.addEventListener("input", () => this.later(written(Number(this.slider.value))));
    this.date.addEventListener("change", () => this.date.validity.valid && this.date.value && this.show(this.date.value));
    element.replaceChildren(
      h("div", { class: "measure-head" }, h("strong", {}, t("days.title")), h("span", { class: "grow" }), this.button("x", "days.close", () => this.leave())),
      h("div", { class: "day-row" }, this.button("chevron-left", "days.earlier", () => this.step(-1)), this.slider, this.button("chevron-right", "days.later", () => this.step(1)), this.date, this.stops),
      this.words,
    );
  }

  private button(name: string, key: "days.close" | "days.earlier" | "days.later", act: () => void): HTMLElement {
    return h("button", { type: "button", class: "icon-button", "aria-label": t(key), title: t(key), onclick: act }, icon(name));
  }
  /* icon("history") icon("chevron-left") icon("chevron-right") icon("x") */

  /** Offer the days of the layers that are on the map. */
  async open(): Promise<void> {
    this.element.hidden = false;
    const { visible, day } = this.app.store.now;
    const layers = this.app.collections().filter((one) => one.has_history && visible.has(one.id));
    try {
      this.days = await readHistory(layers.map((one) => one.id));
    } catch {
      this.words.textContent = t("days.failed");
      return;
    }
    this.stops.replaceChildren(...this.days.map((one) => h("option", { value: counted(one.day) })));
    const first = this.days[0]?.day ?? today();
    this.slider.min = String(counted(first));
    this.slider.max = String(counted(today()));
    this.date.min = first;
    this.date.max = today();
    this.show(day || today());
    this.slider.focus();
  }

  /** Show what is in force now again. */
  close(): void {
    window.clearTimeout(this.timer);
    this.element.hidden = true;
    if (this.app.store.now.day) this.choose("");
  }

  private leave(): void {
    this.close();
    this.closed();
  }

  /** Go to the day of change before or after the present one. */
  private step(way: 1 | -1): void {
    const now = this.date.value;
    const other = way > 0 ? this.days.find((one) => one.day > now) : this.days.filter((one) => one.day < now).at(-1);
    this.show(other?.day ?? (way > 0 ? today() : now));
  }

  private later(day: string): void {
    this.say(day);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.show(day), WAIT);
  }

  private show(day: string): void {
    this.say(day);
    this.choose(day === today() ? "" : day);
  }

  private choose(day: string): void {
    if (day === this.app.store.now.day) return;
    // What was chosen may not have been there on that day.
    if (this.app.store.now.chosen) void this.app.choose(null);
    this.app.store.update({ day });
  }

  private say(day: string): void {
    this.slider.value = String(counted(day));
    this.slider.setAttribute("aria-valuetext", dayText(day));
    this.date.value = day;
    const change = this.days.find((one) => one.day === day);
    const what = change ? t("days.changed", { began: change.began, ended: change.ended }) : t("days.unchanged");
    this.words.textContent = `${dayText(day)} · ${what}`;
  }
}

function today(): string {
  const now = new Date();
  return written(Math.floor((now.getTime() - now.getTimezoneOffset() * 60_000) / DAY));
}

/** A day as its number since 1970. */
function counted(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
}

function written(count: number): string {
  return new Date(count * DAY).toISOString().slice(0, 10);
}
