import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { DataRunAnswer } from '../../answers/data.ts';
import { theme } from '../data/theme.ts';
import { tickText } from './tick-text.ts';
import { formatDuration } from './words.ts';

type Batches = DataRunAnswer['batches'];

/** How many rows the last batches had, and how long each took. */
export function BatchCharts({ batches, targetMs }: { batches: Batches; targetMs?: number | undefined }) {
  if (batches.length === 0) return <p class="quiet">No batch was committed yet.</p>;
  const times = batches.map(({ at }) => new Date(at).getTime() / 1000);
  const sizes = batches.map(({ keys }) => keys);
  const durations = batches.map(({ ms }) => ms);
  return (
    <div class="charts">
      <Chart title="Rows in a batch" times={times} values={sizes} text={(size) => size.toLocaleString('en')} />
      <Chart title="Duration of a batch" times={times} values={durations} line={targetMs} text={formatDuration} />
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** What is aimed at. */
  readonly line?: number | undefined;
  readonly text: (value: number) => string;
}

const HEIGHT = 150;

function Chart({ title, times, values, line, text }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [[...times], [...values], times.map(() => line ?? null)];
  useEffect(() => {
    if (!place.current) return;
    const drawn = draw(place.current, data, text);
    plot.current = drawn;
    const fit = () => drawn.setSize({ width: place.current?.clientWidth ?? 300, height: HEIGHT });
    addEventListener('resize', fit);
    return () => {
      removeEventListener('resize', fit);
      drawn.destroy();
      plot.current = null;
    };
  }, [theme.value]);
  useEffect(() => plot.current?.setData(data), [times.at(-1), times.length, line]);
  const said = `from ${text(Math.min(...values))} to ${text(Math.max(...values))}, the last ${text(values.at(-1) ?? 0)}${line === undefined ? '' : `; target ${text(line)}`}`;
  return (
    <figure class="chart">
      <figcaption>
        {title} <span class="quiet">{said}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${title}, the last ${values.length}: ${said}`} />
    </figure>
  );
}

function draw(place: HTMLElement, data: uPlot.AlignedData, text: ChartProps['text']): uPlot {
  const style = getComputedStyle(place);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line') },
  };
  return new uPlot(
    {
      width: place.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false } },
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        {
          ...axis,
          space: 90,
          size: 34,
          values: (_, ticks, __, ___, step) => ticks.map((tick) => tickText(tick, step)),
        },
        { ...axis, ticks: { show: false }, size: 62, values: (_, values) => values.map((one) => text(one)) },
      ],
      series: [
        {},
        { stroke: color('--open'), width: 1.5, points: { show: data[0].length < 60, size: 4 } },
        { stroke: color('--warn'), width: 1, dash: [6, 4], points: { show: false } },
      ],
    },
    data,
    place,
  );
}
