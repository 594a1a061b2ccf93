/** Photos and documents of a feature: looked at, added, taken away. */
import { type Attached, type TableInfo, table } from "../../api/rows.js";
import { Refusal } from "../../api/client.js";
import { h, icon } from "../../dom.js";
import { number, t } from "../../i18n.js";

/** The part of a row's dialog that holds its files. */
export class Attachments {
  readonly element = h("section", { class: "stack attachments", "aria-label": t("table.files") });
  private readonly list = h("ul", { class: "attachment-list", role: "list" });
  private readonly fault = h("p", { class: "error", role: "alert", hidden: true });

  constructor(
    private readonly info: TableInfo,
    private readonly key: number,
  ) {
    this.element.append(h("h3", {}, t("table.files")), this.list, this.fault);
    if (info.may.edit) this.element.append(this.adder());
  }

  async read(): Promise<void> {
    try {
      const found = await table.attachments(this.info.id, this.key);
      this.list.replaceChildren(...found.map((one) => this.item(one)));
    } catch (error) {
      this.tell(error);
    }
  }

  private adder(): HTMLElement {
    const input = h("input", { type: "file", id: "attach-file", accept: "image/*,application/pdf,.docx,.xlsx,.txt" });
    input.addEventListener("change", () => void this.add(input));
    return h("div", { class: "field" }, h("label", { for: "attach-file" }, t("table.add_file")), input, h("p", { class: "hint" }, t("table.file_hint")));
  }

  private async add(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    if (!file) return;
    const body = new FormData();
    body.set("file", file);
    this.fault.hidden = true;
    this.element.setAttribute("aria-busy", "true");
    try {
      this.list.append(this.item(await table.attach(this.info.id, this.key, body)));
      input.value = "";
    } catch (error) {
      this.tell(error);
    } finally {
      this.element.removeAttribute("aria-busy");
    }
  }

  private item(one: Attached): HTMLElement {
    const picture = one.kind === "image" ? h("img", { src: `${one.url}?size=small`, alt: "", loading: "lazy" }) : icon("file-text", "big");
    const link = h("a", { href: one.url, target: "_blank", rel: "noopener" }, picture, h("bdi", {}, one.name), h("span", { class: "hint" }, `${number(one.size / 1024, 0)} KB`));
    const item = h("li", {}, link);
    if (!this.info.may.edit) return item;
    const remove = async (): Promise<void> => {
      try {
        await table.detach(this.info.id, this.key, one.id);
        item.remove();
      } catch (error) {
        this.tell(error);
      }
    };
    item.append(h("button", { type: "button", class: "icon-button", "aria-label": t("table.remove_file", { name: one.name }), onclick: () => void remove() }, icon("trash-2")));
    return item;
  }

  private tell(error: unknown): void {
    this.fault.hidden = false;
    this.fault.textContent = error instanceof Refusal ? error.message : t("table.not_saved");
  }
}
