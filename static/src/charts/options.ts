// What a chart shows → what ECharts is told. Pure: colours and sizes come in as a palette.

import type { EChartsCoreOption } from "echarts/core";
import { broken, legendLines, widestPiece, type Room } from "./room";

/** Numbers may be decimal strings; they become floats for drawing only, never for a decision. */
type Num = number | string | null;

interface Series {
  readonly name: string;
  readonly values: readonly Num[];
}

export type ChartData =
  | { readonly kind: "radar"; readonly axes: readonly { readonly name: string; readonly max?: Num }[]; readonly series: readonly Series[] }
  | { readonly kind: "step"; readonly x: readonly string[]; readonly levels: readonly string[]; readonly values: readonly (string | null)[] }
  | { readonly kind: "line"; readonly x: readonly string[]; readonly unit?: string; readonly series: readonly Series[] }
  | {
      readonly kind: "stack"; readonly x: readonly string[]; readonly unit?: string; readonly series: readonly Series[];
      /** Side by side instead of one on the other: for amounts that do not add up to a whole. */
      readonly beside?: boolean;
    }
  | {
      readonly kind: "bar"; readonly x: readonly string[]; readonly unit?: string; readonly name?: string; readonly values: readonly Num[];
      /** Grade style of each bar, such as "grade-2". */
      readonly styles?: readonly string[]; readonly across?: boolean;
    };

export interface Palette {
  readonly series: readonly string[];
  readonly soft: string;
  readonly line: string;
  readonly text: string;
  readonly surface: string;
  readonly font: string;
  readonly size: number;
  grade(style: string): string;
}

const DASHES = ["solid", "dashed", "dotted"] as const;
const SYMBOLS = ["circle", "rect", "triangle", "diamond"] as const;
const LEGEND_GAP = 10;
const LEGEND_LINE = 20; // px from one line of a legend to the next
const USUAL: Room = { width: 390, height: 240 };

export function toNumber(value: Num): number | null {
  if (value === null || value === "") return null;
  const number = typeof value === "number" ? value : Number(value);
  return Number.isFinite(number) ? number : null;
}

function toNumbers(values: readonly Num[]): (number | null)[] {
  return values.map(toNumber);
}

function shared(palette: Palette, title: string): EChartsCoreOption {
  const words = { color: palette.text, fontFamily: palette.font, fontSize: palette.size };
  return {
    animation: false,
    textStyle: words,
    aria: { enabled: true, label: { description: title } },
    // The HTML tooltip writes style attributes, which the content security policy forbids.
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: words,
    },
    legend: { show: false, itemWidth: 18, itemHeight: 8, textStyle: words },
  };
}

function legend(palette: Palette, count: number, at: "top" | "bottom"): object {
  return {
    show: count > 1, [at]: 0, itemWidth: 18, itemHeight: 8, itemGap: LEGEND_GAP,
    textStyle: { color: palette.text, fontFamily: palette.font, fontSize: palette.size },
  };
}

function axes(palette: Palette, x: readonly string[], room: Room, across = false): object {
  const numbers = {
    type: "value",
    axisLabel: { color: palette.text, fontSize: palette.size, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line } },
  };
  // Names that fit under their places, on two lines if need be, are all shown; of longer ones only some.
  const each = (room.width - 64) / Math.max(1, x.length) - 4;
  const fits = !across && widestPiece(x, palette.size) <= each;
  const names = {
    type: "category",
    data: [...x],
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.text } },
    axisLabel: {
      color: palette.text, fontSize: palette.size,
      ...(fits ? { interval: 0, formatter: (name: string) => broken(name, each, palette.size) } : { hideOverlap: true }),
    },
    ...(across ? { inverse: true } : {}),
  };
  return across ? { xAxis: numbers, yAxis: names } : { xAxis: names, yAxis: numbers };
}

function grid(top: number): object {
  return { left: 6, right: 14, top, bottom: 4, containLabel: true };
}

/** Where the drawing begins below the legend, which takes more than one line where the place is narrow. */
function below(series: readonly Series[], palette: Palette, room: Room): number {
  if (series.length < 2) return 12;
  return 14 + LEGEND_LINE * legendLines(series.map((each) => each.name), room.width, LEGEND_GAP, palette.size);
}

function colour(palette: Palette, index: number): string {
  return palette.series[index % palette.series.length] ?? palette.text;
}

/** The web and the names around it share the width: names break into lines first, then the web gives way. */
function web(names: readonly string[], palette: Palette, room: Room, share: number): { radius: number; most: number } {
  const beside = room.width / 2 - 18; // 15 px lie between the web and a name
  const largest = share * room.height;
  const most = Math.max(widestPiece(names, palette.size), Math.min(beside - largest, palette.size * 14), palette.size * 6.8);
  return { radius: Math.round(Math.max(Math.min(largest, beside - most), room.height * 0.15)), most };
}

function radar(data: Extract<ChartData, { kind: "radar" }>, palette: Palette, room: Room): EChartsCoreOption {
  const several = data.series.length > 1;
  const names = data.axes.map((axis) => axis.name);
  const oneLine = web(names, palette, room, several ? 0.29 : 0.32);
  const breaks = names.some((name) => broken(name, oneLine.most, palette.size).includes("\n"));
  const { radius, most } = breaks ? web(names, palette, room, several ? 0.26 : 0.3) : oneLine;
  return {
    legend: legend(palette, data.series.length, "bottom"),
    radar: {
      indicator: data.axes.map((axis) => ({ name: axis.name, max: toNumber(axis.max ?? 100) ?? 100, min: 0 })),
      radius,
      center: ["50%", several ? "45.5%" : "51%"],
      axisName: { color: palette.text, fontSize: palette.size, lineHeight: palette.size + 2, formatter: (name: string) => broken(name, most, palette.size) },
      splitArea: { show: false },
      splitLine: { lineStyle: { color: palette.line } },
      axisLine: { lineStyle: { color: palette.line } },
    },
    series: [{
      type: "radar",
      data: data.series.map((each, index) => ({
        name: each.name,
        value: toNumbers(each.values),
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: 5,
        itemStyle: { color: colour(palette, index) },
        lineStyle: { color: colour(palette, index), type: DASHES[index % DASHES.length], width: 2 },
        areaStyle: { color: colour(palette, index), opacity: index === 0 ? 0.1 : 0 },
      })),
    }],
  };
}

function step(data: Extract<ChartData, { kind: "step" }>, palette: Palette, room: Room): EChartsCoreOption {
  const base = axes(palette, data.x, room) as { xAxis: object };
  return {
    grid: grid(12),
    xAxis: base.xAxis,
    yAxis: {
      type: "category",
      data: [...data.levels],
      boundaryGap: true,
      axisTick: { show: false },
      axisLine: { show: true, lineStyle: { color: palette.text } },
      axisLabel: { color: palette.text, fontSize: palette.size },
    },
    tooltip: { trigger: "axis" },
    series: [{
      type: "line",
      step: "middle",
      data: data.values.map((level) => (level !== null && data.levels.includes(level) ? level : null)),
      symbol: "circle",
      symbolSize: 7,
      itemStyle: { color: palette.surface, borderColor: colour(palette, 0), borderWidth: 2 },
      lineStyle: { color: colour(palette, 0), width: 2 },
    }],
  };
}

function line(data: Extract<ChartData, { kind: "line" }>, palette: Palette, room: Room): EChartsCoreOption {
  return {
    ...axes(palette, data.x, room),
    grid: grid(below(data.series, palette, room)),
    legend: legend(palette, data.series.length, "top"),
    tooltip: { trigger: "axis" },
    series: data.series.map((each, index) => ({
      type: "line",
      name: each.name,
      data: toNumbers(each.values),
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: 6,
      itemStyle: { color: colour(palette, index) },
      lineStyle: { color: colour(palette, index), type: DASHES[index % DASHES.length], width: 2 },
    })),
  };
}

/** The first part is the calm one (not due); the others warn more the later they come. */
function stack(data: Extract<ChartData, { kind: "stack" }>, palette: Palette, room: Room): EChartsCoreOption {
  const warm = palette.series.slice(2);
  const beside = [palette.soft, colour(palette, 0), colour(palette, 4)];
  return {
    ...axes(palette, data.x, room),
    grid: grid(below(data.series, palette, room)),
    legend: legend(palette, data.series.length, "top"),
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    series: data.series.map((each, index) => ({
      type: "bar",
      ...(data.beside ? {} : { stack: "all" }),
      name: each.name,
      data: toNumbers(each.values),
      barMaxWidth: 26,
      itemStyle: { color: data.beside ? beside[index % beside.length] : index === 0 ? palette.soft : warm[(index - 1) % warm.length] },
    })),
  };
}

function bar(data: Extract<ChartData, { kind: "bar" }>, palette: Palette, room: Room): EChartsCoreOption {
  return {
    ...axes(palette, data.x, room, data.across),
    grid: grid(data.across ? 4 : 20),
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    series: [{
      type: "bar",
      name: data.name ?? "",
      barMaxWidth: 30,
      label: { show: true, position: data.across ? "right" : "top", color: palette.text, fontSize: palette.size },
      data: data.values.map((value, index) => {
        const style = data.styles?.[index];
        return { value: toNumber(value), itemStyle: { color: style ? palette.grade(style) : colour(palette, 0) } };
      }),
    }],
  };
}

function special(data: ChartData, palette: Palette, room: Room): EChartsCoreOption {
  switch (data.kind) {
    case "radar": return radar(data, palette, room);
    case "step": return step(data, palette, room);
    case "line": return line(data, palette, room);
    case "stack": return stack(data, palette, room);
    case "bar": return bar(data, palette, room);
  }
}

/** The whole option for a place of this size; what is special to a kind lies over what all share. */
export function optionOf(data: ChartData, palette: Palette, title: string, room: Room = USUAL): EChartsCoreOption {
  const base = shared(palette, title);
  const own = special(data, palette, room);
  const tooltip = { ...(base["tooltip"] as object), ...((own["tooltip"] as object | undefined) ?? {}) };
  return { ...base, ...own, tooltip };
}
