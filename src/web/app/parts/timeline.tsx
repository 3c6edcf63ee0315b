import type uPlot from 'uplot';
import type { EventRow, MigrationRow } from '../../answers/overview.ts';
import { type PlotParts, usePlot } from './plot.ts';
import { count, formatDuration } from './words.ts';

/** When migrations were applied, and how long each took; those that failed stand out. */
export function Timeline({ rows, events }: { rows: readonly MigrationRow[]; events: readonly EventRow[] }) {
  const points = pointsOf(rows, events);
  return points.length === 0 ? <p class="quiet">Nothing was applied yet.</p> : <Dots points={points} />;
}

function Dots({ points }: { points: readonly TimelinePoint[] }) {
  const place = usePlot(partsOf, dataOf(points), [points.length, points.at(-1)?.at]);
  const done = points.filter(({ isFailure }) => !isFailure);
  const failures = points.length - done.length;
  const total = done.reduce((sum, { ms }) => sum + ms, 0);
  const slowest = points.reduce((worst, point) => (point.ms > worst.ms ? point : worst));
  const text = `${count(done.length, 'migration')} applied in ${formatDuration(total)}${failures > 0 ? `, ${count(failures, 'failure')}` : ''}; the slowest, ${slowest.version}, took ${formatDuration(slowest.ms)}.`;
  return (
    <>
      <div ref={place} class="timeline" role="img" aria-label={`Durations over time: ${text}`} />
      <p class="quiet">{text}</p>
    </>
  );
}

interface TimelinePoint {
  readonly at: number;
  readonly ms: number;
  readonly version: string;
  readonly isFailure: boolean;
}

/** Failures are known from the newest events alone. */
function pointsOf(rows: readonly MigrationRow[], events: readonly EventRow[]): TimelinePoint[] {
  const point = (at: string, ms: number, version: string, isFailure: boolean) => ({
    at: new Date(at).getTime() / 1000,
    ms: Math.max(1, ms),
    version,
    isFailure,
  });
  const applied = rows.flatMap(({ version, appliedAt, executionTimeMs }) =>
    appliedAt !== null && executionTimeMs !== null ? [point(appliedAt, executionTimeMs, version, false)] : [],
  );
  const failed = events
    .filter(({ event }) => event === 'failed' || event === 'rollback_failed')
    .map(({ at, version, detail }) => point(at, Number(detail.executionTimeMs ?? 1), version ?? '', true));
  return [...applied, ...failed].sort((a, b) => a.at - b.at);
}

function dataOf(points: readonly TimelinePoint[]): uPlot.AlignedData {
  return [
    points.map(({ at }) => at),
    points.map(({ ms, isFailure }) => (isFailure ? null : ms)),
    points.map(({ ms, isFailure }) => (isFailure ? ms : null)),
  ];
}

function partsOf(ink: (name: string) => string): PlotParts {
  return {
    y: { distr: 3 },
    xAxis: { space: 110 },
    yAxis: {
      grid: { show: false },
      size: 68,
      values: (_, values) => values.map((ms) => (ms === null ? '' : formatDuration(ms))),
    },
    series: [dots(ink('--good')), dots(ink('--bad'))],
  };
}

function dots(color: string): uPlot.Series {
  return { stroke: color, paths: () => null, points: { show: true, size: 7, fill: color } };
}
