/** Which columns are shown, and views kept under a name. */
import { type KeptView, type TableInfo, table } from "../../api/rows.js";
import { h, icon, need } from "../../dom.js";
import { language, t } from "../../i18n.js";
import { toast } from "../toast.js";
import { Query } from "./query.js";

/** The language that a name column holds, in the reader's own. */
function languageOf(name: string): string {
  const code = /_(ar|en|fr)$/.exec(name)?.[1];
  return code ? (new Intl.DisplayNames([language], { type: "language" }).of(code) ?? code) : name;
}

/** The list of columns and the list of views of a table. */
export class SavedViews {
  private readonly select = need<HTMLSelectElement>("sheet-views");
  private kept: KeptView[] = [];

  constructor(
    private readonly info: TableInfo,
    private readonly query: Query,
    private readonly changed: () => void,
  ) {
    this.select.addEventListener("change", () => this.take());
    this.columns();
    this.keeper();
    void this.read();
  }

  private async read(): Promise<void> {
    this.kept = await table.views(this.info.id).catch(() => []);
    const options = this.kept.map((one) => h("option", { value: one.id }, one.title));
    this.select.replaceChildren(h("option", { value: "" }, t("views.none")), ...options);
  }

  private columns(): void {
    const titles = this.info.fields.map((field) => field.title);
    const boxes = this.info.fields.map((field) => {
      const box = h("input", { type: "checkbox", value: field.name, checked: this.query.columns.includes(field.name) });
      box.addEventListener("change", () => this.choose());
      const isOneOfMany = titles.filter((title) => title === field.title).length > 1;
      return h("label", { class: "check" }, box, [field.title || field.name, isOneOfMany ? languageOf(field.name) : ""].filter(Boolean).join(" · "));
    });
    const list = need("sheet-column-list");
    list.replaceChildren(...[...list.children].slice(0, 1), ...boxes);
  }

  private choose(): void {
    const chosen = [...need("sheet-column-list").querySelectorAll<HTMLInputElement>("input:checked")].map((box) => box.value);
    if (chosen.length === 0) return;
    const before = this.query.columns.filter((name) => chosen.includes(name));
    this.query.columns = [...before, ...chosen.filter((name) => !before.includes(name))];
    this.changed();
  }

  private keeper(): void {
    const name = h("input", { class: "input", type: "text", maxlength: 80, "aria-label": t("views.name"), placeholder: t("views.name") });
    const shared = h("input", { type: "checkbox" });
    const keep = async (): Promise<void> => {
      const title = name.value.trim();
      if (!title) return name.focus();
      const address = this.query.address();
      address.delete("columns");
      try {
        const kept = await table.keep(this.info.id, { title, columns: this.query.columns, query: address.toString(), is_shared: shared.checked });
        await this.read();
        this.select.value = String(kept.id);
        name.value = "";
        toast(t("views.saved"));
      } catch (error) {
        toast(error instanceof Error ? error.message : t("table.not_saved"));
      }
    };
    const save = h("button", { type: "button", class: "button", onclick: () => void keep() }, icon("save"), t("views.keep"));
    const share = this.info.may.edit ? h("label", { class: "check" }, shared, t("views.share")) : null;
    need("sheet-keep").replaceChildren(...[name, share, save, this.forgetter()].filter((one) => one !== null));
  }

  private forgetter(): HTMLElement {
    const forget = async (): Promise<void> => {
      const one = this.kept.find((each) => String(each.id) === this.select.value && each.is_own);
      if (!one) return;
      await table.forget(this.info.id, one.id);
      await this.read();
    };
    return h("button", { type: "button", class: "button quiet", onclick: () => void forget() }, icon("trash-2"), t("views.forget"));
  }

  /** Look at the table as the chosen view says. */
  private take(): void {
    const one = this.kept.find((each) => String(each.id) === this.select.value);
    const asked = new URLSearchParams(one?.query ?? "");
    if (one) asked.set("columns", one.columns.join(","));
    // The fields of joined layers come with the page.
    if (one && (asked.get("join") ?? "") !== this.query.join) return location.assign(`?${asked}`);
    const next = new Query(this.info, asked.toString());
    this.query.columns = next.columns;
    this.query.sort = next.sort;
    this.query.words = next.words;
    this.query.filters.clear();
    for (const [name, value] of next.filters) this.query.filters.set(name, value);
    need<HTMLInputElement>("sheet-q").value = next.words;
    this.columns();
    this.changed();
  }
}
