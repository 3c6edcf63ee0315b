import type uPlot from 'uplot';
import type { DataRunAnswer } from '../../answers/data.ts';
import { usePlot } from './plot.ts';
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

function Chart({ title, times, values, line, text }: ChartProps) {
  const data: uPlot.AlignedData = [[...times], [...values], times.map(() => line ?? null)];
  const parts = (ink: (name: string) => string) => ({
    y: { range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(1, most * 1.1)] },
    xAxis: { space: 90, size: 34 },
    yAxis: { size: 62, values: (_: uPlot, ticks: number[]) => ticks.map((one) => text(one)) },
    series: [
      { stroke: ink('--open'), width: 1.5, points: { show: times.length < 60, size: 4 } },
      { stroke: ink('--warn'), width: 1, dash: [6, 4], points: { show: false } },
    ],
  });
  const place = usePlot(parts, data, [times.at(-1), times.length, line]);
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
