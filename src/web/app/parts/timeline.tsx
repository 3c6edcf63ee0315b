import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { EventRow, MigrationRow } from '../../answers/overview.ts';
import { theme } from '../data/theme.ts';
import { tickText } from './tick-text.ts';
import { count, formatDuration } from './words.ts';

/** When migrations were applied, and how long each took; those that failed stand out. */
export function Timeline({ rows, events }: { rows: readonly MigrationRow[]; events: readonly EventRow[] }) {
  const place = useRef<HTMLDivElement>(null);
  const points = pointsOf(rows, events);
  useEffect(() => {
    if (!place.current || points.length === 0) return;
    const plot = draw(place.current, points);
    const fit = () => plot.setSize({ width: place.current?.clientWidth ?? 300, height: HEIGHT });
    addEventListener('resize', fit);
    return () => {
      removeEventListener('resize', fit);
      plot.destroy();
    };
  }, [rows, theme.value]);
  if (points.length === 0) return <p class="quiet">Nothing was applied yet.</p>;
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

const HEIGHT = 150;

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

function draw(place: HTMLElement, points: readonly TimelinePoint[]): uPlot {
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
      scales: { y: { distr: 3 } },
      axes: [
        { ...axis, space: 110, values: (_, ticks, __, ___, step) => ticks.map((tick) => tickText(tick, step)) },
        {
          ...axis,
          grid: { show: false },
          ticks: { show: false },
          size: 68,
          values: (_, values) => values.map((ms) => (ms === null ? '' : formatDuration(ms))),
        },
      ],
      series: [{}, dots(color('--good')), dots(color('--bad'))],
    },
    [
      points.map(({ at }) => at),
      points.map(({ ms, isFailure }) => (isFailure ? null : ms)),
      points.map(({ ms, isFailure }) => (isFailure ? ms : null)),
    ],
    place,
  );
}

function dots(color: string): uPlot.Series {
  return { stroke: color, paths: () => null, points: { show: true, size: 7, fill: color } };
}
