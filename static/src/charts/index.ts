// Charts of a page: drawn from the JSON beside them, each with its table twin behind a button.

import { BarChart, LineChart, RadarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, RadarComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { all, one } from "../lib/dom";
import { loadTexts, text } from "../lib/texts";
import { optionOf, type ChartData, type Palette } from "./options";

echarts.use([
  AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, RadarChart, RadarComponent, SVGRenderer, TooltipComponent,
]);

function token(name: string, from: Element = document.documentElement): string {
  return getComputedStyle(from).getPropertyValue(name).trim();
}

/** Colour of a grade style, read from an element of that class: the tokens are the only place that knows it. */
function gradeColour(name: string): string {
  const probe = document.createElement("span");
  probe.className = name;
  probe.hidden = true;
  document.body.append(probe);
  const colour = token("--grade", probe);
  probe.remove();
  return colour;
}

function palette(): Palette {
  return {
    series: [1, 2, 3, 4, 5, 6].map((n) => token(`--chart-${n}`)),
    soft: token("--chart-soft"),
    line: token("--chart-line"),
    text: token("--chart-text"),
    surface: token("--surface"),
    font: token("--font"),
    size: Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.857),
    grade: gradeColour,
  };
}

function draw(figure: HTMLElement): void {
  const source = one("script[type='application/json']", figure);
  const place = one(".chart", figure);
  const twin = one(".chart-twin", figure);
  const button = one<HTMLButtonElement>("[data-chart-twin]", figure);
  if (!source || !place) return;
  const data = JSON.parse(source.textContent ?? "null") as ChartData;
  place.hidden = false;
  if (twin) twin.hidden = true;
  const chart = echarts.init(place, null, { renderer: "svg" });
  const colours = palette();
  const fit = (): void => {
    if (place.clientWidth === 0) return; // hidden behind its table
    chart.resize();
    chart.setOption(optionOf(data, colours, figure.dataset["title"] ?? "", { width: place.clientWidth, height: place.clientHeight }));
  };
  new ResizeObserver(fit).observe(place); // asks once at the start, too
  if (!button || !twin) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const table = twin.hidden;
    twin.hidden = !table;
    place.hidden = table;
    const words = one("[data-words]", button) ?? button;
    words.textContent = text(table ? "js.chart.show_chart" : "js.chart.show_table");
    if (!table) fit();
  });
}

function drawAll(root: ParentNode): void {
  for (const figure of all("figure[data-chart]", root)) {
    if (figure.dataset["drawn"] === "yes") continue;
    figure.dataset["drawn"] = "yes";
    draw(figure);
  }
}

async function start(): Promise<void> {
  await loadTexts();
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target instanceof Element) drawAll(event.target);
  });
}

void start();
