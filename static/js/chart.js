// <div class="mc-chart" data-option="id of a json_script" data-height="px">: draws it in the page's own colours.
// The colours of paper, and what takes their place on a dark page.
const DARK = {
  "#22262b": "--tblr-body-color", "#565d66": "--tblr-secondary-color", "#ececed": "--tblr-border-color",
  "#d5d6d8": "--tblr-border-color", "#35597f": "--tblr-blue", "#b0351c": "--tblr-link-color",
  "#4d7a65": "--tblr-green", "#96690f": "--tblr-yellow", "#6e6e6e": "--tblr-secondary-color", "#fff": "--tblr-body-bg",
};

/** The option with some colours replaced. */
function themed(value, colours) {
  if (Array.isArray(value)) return value.map((each) => themed(each, colours));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, themed(each, colours)]));
  }
  return colours[value] ?? value;
}

// Below this width figures beside the points would cover the names; the table below has them.
const NARROW = 480;

/** The option without the figures beside its points, and with no more names below than there is room for. */
function bare(option) {
  const quiet = (each) => ({ ...each, label: { ...each.label, show: false } });
  const series = option.series.map((each) => ({
    ...quiet(each), data: each.data.map((point) => (point?.label ? quiet(point) : point)),
  }));
  const named = option.xAxis?.type === "category";
  const xAxis = named ? { ...option.xAxis, axisLabel: { ...option.xAxis.axisLabel, interval: "auto" } } : option.xAxis;
  const legend = option.legend && { ...option.legend, itemGap: 8, itemWidth: 9, itemHeight: 9 };
  return { ...option, series, xAxis, ...(legend && { legend }) };
}

function draw(element) {
  const style = getComputedStyle(element);
  const dark = document.documentElement.dataset.bsTheme === "dark";
  const colours = Object.fromEntries(
    dark ? Object.entries(DARK).map(([paper, name]) => [paper, style.getPropertyValue(name).trim()]) : [],
  );
  const option = JSON.parse(document.getElementById(element.dataset.option).textContent);
  window.echarts.getInstanceByDom(element)?.dispose();
  element.style.height = `${element.dataset.height}px`;
  const shown = element.clientWidth < NARROW ? bare(option) : option;
  window.echarts.init(element, null, { renderer: "svg" }).setOption(themed(shown, colours));
}

const charts = [...document.querySelectorAll(".mc-chart")];
charts.forEach(draw);
addEventListener("resize", () => charts.forEach(draw));
new MutationObserver(() => charts.forEach(draw)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
