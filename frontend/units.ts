/** Lengths and areas as people here say them: metres, square metres, dunums; hectares and ares in Tunisia. */
import { country, isolatedNumber, number, t } from "./i18n.js";

/** A length in words, with its number isolated. */
export function lengthText(metres: number): string {
  if (metres >= 10000) return t("unit.km", { value: isolatedNumber(number(metres / 1000, 2)) });
  return t("unit.m", { value: isolatedNumber(number(metres, metres < 100 ? 2 : 1)) });
}

/** An area in square metres. */
export function squareMetresText(squareMetres: number): string {
  return t("unit.m2", { value: isolatedNumber(number(squareMetres, squareMetres < 100000 ? 2 : 0)) });
}

/** The larger unit of the country and the value in it. */
export function landUnit(squareMetres: number): { label: string; value: string } {
  if (country !== "TN") return { label: t("unit.in_dunum"), value: number(squareMetres / 1000, 3) };
  const hectares = Math.floor(squareMetres / 10000);
  const ares = (squareMetres % 10000) / 100;
  return { label: t("unit.in_hectare"), value: `${number(hectares)} ha ${number(ares, 2)} a` };
}
