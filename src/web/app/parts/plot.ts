import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { colors } from '../data/theme.ts';
import { tickText } from './tick-text.ts';

const HEIGHT = 150;

/** Gives the colour of a name of the style sheet: `--good`. */
type Ink = (name: string) => string;

/** What is different from chart to chart. */
export interface PlotParts {
  readonly y: uPlot.Scale;
  /** Beside the text of its ticks. */
  readonly xAxis?: uPlot.Axis;
  readonly yAxis: uPlot.Axis;
  /** Without that of the time. */
  readonly series: uPlot.Series[];
}

/** A chart over time, as wide as its place and in the colours of the moment. `changing`: what `data` is made of. */
export function usePlot(parts: (ink: Ink) => PlotParts, data: uPlot.AlignedData, changing: readonly unknown[]) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    if (!place.current) return;
    const drawn = draw(place.current, parts, data);
    plot.current = drawn;
    const fit = () => drawn.setSize({ width: place.current?.clientWidth ?? 300, height: HEIGHT });
    addEventListener('resize', fit);
    return () => {
      removeEventListener('resize', fit);
      drawn.destroy();
      plot.current = null;
    };
  }, [colors.value]);
  useEffect(() => plot.current?.setData(data), [...changing]);
  return place;
}

function draw(place: HTMLElement, parts: (ink: Ink) => PlotParts, data: uPlot.AlignedData): uPlot {
  const style = getComputedStyle(place);
  const ink: Ink = (name) => style.getPropertyValue(name).trim();
  const { y, xAxis, yAxis, series } = parts(ink);
  const axis: uPlot.Axis = {
    stroke: ink('--quiet'),
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { stroke: ink('--line') },
  };
  return new uPlot(
    {
      width: place.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false } },
      scales: { y },
      axes: [
        { ...axis, ...xAxis, values: (_, ticks, __, ___, step) => ticks.map((tick) => tickText(tick, step)) },
        { ...axis, ticks: { show: false }, ...yAxis },
      ],
      series: [{}, ...series],
    },
    data,
    place,
  );
}
