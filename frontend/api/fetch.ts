/** Asks our own server for data, in the language of the page that asks, whatever other tabs were given meanwhile. */
import { language } from "../i18n.js";

export function fetchData(address: string | URL, { headers, ...rest }: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  return fetch(address, { credentials: "same-origin", ...rest, headers: { Accept: "application/json", "Accept-Language": language, ...headers } });
}
