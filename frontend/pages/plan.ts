/** Places the labels of server-drawn plans, whose positions come as data because style attributes are not allowed; brings the asked parcel of a family tree into view. */

for (const figure of document.querySelectorAll<HTMLElement>("figure.plan")) {
  for (const label of figure.querySelectorAll<HTMLElement>("[data-left]")) {
    label.style.left = `${label.dataset["left"]}%`;
    label.style.top = `${label.dataset["top"]}%`;
  }
  const bar = figure.querySelector<HTMLElement>("[data-width]");
  if (bar) bar.style.width = `${bar.dataset["width"]}%`;
}

for (const frame of document.querySelectorAll<HTMLElement>(".tree-frame")) {
  const asked = frame.querySelector(".asked")?.getBoundingClientRect();
  const seen = frame.getBoundingClientRect();
  if (asked) frame.scrollBy(asked.left + asked.width / 2 - seen.left - seen.width / 2, asked.top + asked.height / 2 - seen.top - seen.height / 2);
}
