/** The page's language: strings, plural forms, numbers, dates and the isolation of mixed directions. */
import type source from "./strings/en.json";

export type Key = keyof typeof source;
type Forms = Partial<Record<Intl.LDMLPluralRule, string>>;
type Strings = Partial<Record<Key, string | Forms>>;

declare global {
  // Set by static/dist/strings/<language>.js, which runs before the page's script.
  var portalStrings: Strings | undefined;
}

const root = document.documentElement;
export const language = root.lang || "ar";
export const isRightToLeft = root.dir === "rtl";
export const country = root.dataset["country"] ?? "PS";
const digits = language === "ar" ? (root.dataset["digits"] ?? "latn") : "latn";
export const locale = `${language === "ar" ? `ar-${country}` : language}-u-nu-${digits}`;

const plurals = new Intl.PluralRules(language);
const formatters = new Map<string, Intl.NumberFormat>();

/** Format a number with as many decimals as asked, in the municipality's digits. */
export function number(value: number, decimals = 0, least = decimals, useGrouping = true): string {
  const key = `${decimals}/${least}/${useGrouping}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals, minimumFractionDigits: least, useGrouping });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}

/** Format a coordinate: all its digits in one run, as surveyors write them. */
export function coordinate(value: number, decimals = 0): string {
  return number(value, decimals, decimals, false);
}

/** Format a day; month names follow the country (تشرين الثاني, in Tunisia نوفمبر). */
export function day(value: string | Date): string {
  const date = typeof value === "string" ? new Date(value) : value;
  if (Number.isNaN(date.getTime())) return String(value);
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(date);
}

const ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩";

/** Write the digits inside a text, such as a parcel number, in the municipality's digits. */
export function digitsOf(text: string): string {
  return digits === "arab" ? text.replace(/[0-9]/g, (digit) => ARABIC_INDIC[Number(digit)] ?? digit) : text;
}

/** What was typed, with Western digits and a decimal point. */
export function western(typed: string): string {
  const digit = (sign: string): string => String(sign.charCodeAt(0) & 0xf);
  return typed.trim().replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit).replace("\u066b", ".");
}

/** Join words to a list, in the language's own way. */
export function listed(words: string[]): string {
  return words.join(language === "ar" ? "، " : ", ");
}

/** Isolate a text by its own direction, so that neighbours do not reorder it. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Isolate a number or code as left-to-right. */
export function isolatedNumber(text: string): string {
  return `\u2066${text}\u2069`;
}

/** Translate; `{name}` is replaced, and `count` chooses the plural form (Arabic has six). */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const found = globalThis.portalStrings?.[key] ?? key;
  const count = values["count"];
  const text = typeof found === "string" ? found : form(found, Number(count ?? 0));
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

function form(forms: Forms, count: number): string {
  return forms[plurals.select(count)] ?? forms.other ?? "";
}
