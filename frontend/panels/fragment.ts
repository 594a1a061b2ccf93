/** A part of the page that the server draws: fetched as HTML and put in its place, the old one kept until then. */
import { language } from "../i18n.js";
import { need } from "../dom.js";

/** The element with this id in a page or fragment of our own server. */
export function part(html: string, id: string): HTMLElement | null {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
  return fresh ? document.importNode(fresh, true) : null;
}

/** Loads an element of the page anew; a later request overtakes an earlier one. */
export class Fragment {
  private request: AbortController | null = null;

  constructor(private readonly id: string) {}

  /** Fetch the address and put its element in the old one's place. */
  async load(path: string, query: Record<string, string>): Promise<HTMLElement | null> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const address = new URL(path, location.origin);
    for (const [name, value] of Object.entries({ ...query, lang: language })) if (value) address.searchParams.set(name, value);
    need(this.id).setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", signal: request.signal });
      if (!response.ok) throw new Error(String(response.status));
      const fresh = part(await response.text(), this.id);
      if (fresh) need(this.id).replaceWith(fresh);
      return fresh;
    } catch (error) {
      if (request.signal.aborted) return null;
      need(this.id).removeAttribute("aria-busy");
      throw error;
    }
  }
}
