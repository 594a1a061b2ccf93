/** Places the labels of server-drawn plans, whose positions come as data because style attributes are not allowed. */

for (const figure of document.querySelectorAll<HTMLElement>("figure.plan")) {
  for (const label of figure.querySelectorAll<HTMLElement>("[data-left]")) {
    label.style.left = `${label.dataset["left"]}%`;
    label.style.top = `${label.dataset["top"]}%`;
  }
  const bar = figure.querySelector<HTMLElement>("[data-width]");
  if (bar) bar.style.width = `${bar.dataset["width"]}%`;
}
