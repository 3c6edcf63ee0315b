import type { DataRunAnswer, DataRunRow } from '../../answers/data.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { DataActions } from '../parts/data-actions.tsx';
import { Lazy } from '../parts/lazy.tsx';
import { isHeld, Progress, RunStateWord, timeLeft } from '../parts/run-state.tsx';
import { Word } from '../parts/state.tsx';
import { Age, Time } from '../parts/time.tsx';
import { Unreadable } from '../parts/unreadable.tsx';
import { count, formatBytes, formatDuration } from '../parts/words.ts';

/** The run of one data migration, as it goes. */
export function DataRunScreen({ target, version }: { target: string; version: string }) {
  const path = targetPath(target, `data/${encodeURIComponent(version)}`);
  const { now, refresh } = useResource<DataRunAnswer>(path, { isOfData: true });
  const { value, fault } = now.value;
  const up = <Link to={pathOf(target, 'data')}>Data</Link>;
  if (!value && fault)
    return (
      <Unreadable title={version} fault={fault} retry={refresh}>
        {up}
      </Unreadable>
    );
  return (
    <div class="screen">
      <p class="crumbs">{up}</p>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the run" />}
      {value && <Run target={target} view={value} />}
    </div>
  );
}

function Run({ target, view }: { target: string; view: DataRunAnswer }) {
  const { run, description, batches } = view;
  return (
    <>
      <header class="head">
        <h1>
          <Shown text={run.version} /> <RunStateWord run={run} />
        </h1>
        <p class="quiet">
          {description !== null && <Shown text={description} />}{' '}
          <Link to={pathOf(target, 'migrations', run.version)}>its SQL</Link>{' '}
          <Link to={pathOf(target, 'audit', '', { version: run.version })}>its events</Link>
        </p>
      </header>
      <DataActions target={target} view={view} />
      <div class="grid">
        <ProgressPanel view={view} />
        {run.error && <ErrorPanel error={run.error} keyName={view.key} />}
        <Panel title={`The last ${batches.length === 1 ? 'batch' : `${batches.length} batches`}`} class="wide">
          <Lazy what="the charts" load={loadCharts} props={{ batches, targetMs: view.target?.ms }} />
          <Refused batches={batches} />
        </Panel>
        <RangesPanel view={view} />
        <ServerPanel view={view} />
        {run.skipped.length > 0 && <SkippedPanel skipped={run.skipped} />}
      </div>
    </>
  );
}

const loadCharts = async () => (await import('../parts/batch-charts.tsx')).BatchCharts;

function ProgressPanel({ view }: { view: DataRunAnswer }) {
  const { run, standing, blockers } = view;
  return (
    <Panel title="Progress" class="wide">
      <Progress run={run} />
      <Standing run={run} standing={standing} />
      {blockers.map(({ pid, holder, cure }) => (
        <p class="complaint" key={`${pid} ${holder}`}>
          <Shown text={holder} />. <Shown text={cure} />
        </p>
      ))}
      <dl class="facts numbers">
        <Fact name="Gone through" text={goneThrough(run)} />
        <Fact name="Changed" text={rowsOf(run.rows)} />
        <Fact name="Speed" text={speedOf(run)} />
        <Fact name="Left" text={leftOf(run)} />
        <Fact name="Batches" text={batchesOf(run)} />
        <Fact name="Target" text={targetText(view.target)} />
        <div>
          <dt>Began</dt>
          <dd>{run.startedAt === null ? 'not yet' : <Time iso={run.startedAt} />}</dd>
        </div>
        {run.finishedAt !== null && (
          <div>
            <dt>Ended</dt>
            <dd>
              <Time iso={run.finishedAt} />
            </dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}

function Standing({ run, standing }: { run: DataRunRow; standing: string }) {
  const isOf = run.state === 'running' ? run.throttle !== null : run.state !== 'succeeded';
  return (
    <p class={isOf ? 'standing note' : 'standing quiet'} role="status">
      <Shown text={standing} />{' '}
      {run.throttleSince !== null && run.throttle !== null && (
        <span class="quiet">
          (since <Age iso={run.throttleSince} />)
        </span>
      )}
    </p>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Shown text={text} />
      </dd>
    </div>
  );
}

/** `1,200 rows` */
function rowsOf(amount: number, one = 'row'): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : `${one}s`}`;
}

function goneThrough({ keys, keysTotal }: DataRunRow): string {
  return keysTotal === null ? rowsOf(keys) : `${rowsOf(keys)} of about ${keysTotal.toLocaleString('en')}`;
}

function speedOf(run: DataRunRow): string {
  const { keysPerSecond, state } = run;
  if (isHeld(run)) return 'none while it is held back';
  if (keysPerSecond !== null) return `${Math.round(keysPerSecond).toLocaleString('en')} rows/s`;
  return state === 'running' ? 'not known yet' : 'at rest';
}

function leftOf(run: DataRunRow): string {
  const { state, pass } = run;
  if (isHeld(run)) return 'not known while it is held back';
  if (state === 'succeeded') return 'nothing';
  if (state !== 'running') return 'nobody works at it';
  return pass > 1 ? 'a sweep' : timeLeft(run);
}

function batchesOf({ batches, batchMs }: DataRunRow): string {
  return batchMs === null
    ? batches.toLocaleString('en')
    : `${batches.toLocaleString('en')}, the last in ${formatDuration(batchMs)}`;
}

const SAID_BY = {
  run: 'asked for this run',
  file: 'as its file says',
  settings: 'as configured',
} as const;

function targetText(target: DataRunAnswer['target']): string {
  return target === null ? 'as its file says' : `${formatDuration(target.ms)} a batch, ${SAID_BY[target.from]}`;
}

function ErrorPanel({ error, keyName }: { error: NonNullable<DataRunRow['error']>; keyName: string | null }) {
  return (
    <Panel title="Why it failed" class="wide">
      <p class="complaint">
        <Shown text={error.message} />
        {error.sqlstate !== null && <span class="quiet"> SQLSTATE {error.sqlstate}</span>}
      </p>
      <p>
        {error.row ? (
          <>
            In the row with{' '}
            <code>
              {keyName ?? 'key'} = {error.row.join(', ')}
            </code>
            .
          </>
        ) : (
          error.range !== null && (
            <>
              In the batch of keys <code>{error.range}</code>.
            </>
          )
        )}{' '}
        What was committed before it stays.
      </p>
    </Panel>
  );
}

/** Batches that had to be tried more than once, and what was said to that. */
function Refused({ batches }: { batches: DataRunAnswer['batches'] }) {
  const refused = batches.filter(({ attempts }) => attempts > 1);
  const last = refused.at(-1);
  if (!last) return null;
  const tries = refused.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  return (
    <p class="note">
      {count(refused.length, 'of them was', 'of them were')} tried again, {count(tries, 'time')} in all
      {last.error !== null && (
        <>
          ; the last because: <Shown text={last.error} />
        </>
      )}
    </p>
  );
}

const LEASES = {
  held: ['good', 'at work'],
  gone: ['bad', 'process ended'],
  expired: ['bad', 'lease expired'],
  free: ['quiet', 'free'],
} as const;

function RangesPanel({ view: { ranges, key, run } }: { view: DataRunAnswer }) {
  const title = 'Workers and their ranges';
  if (ranges.length === 0)
    return (
      <Panel title={title}>
        <p class="quiet">{run.state === 'succeeded' ? 'Every range is done.' : 'No range is open.'}</p>
      </Panel>
    );
  return (
    <Panel title={title}>
      <ul class="ranges">
        {ranges.map((range) => (
          <li key={range.id}>
            <p>
              <Word tone={LEASES[range.lease][0]} text={LEASES[range.lease][1]} />{' '}
              {range.lease === 'free' ? 'Nobody has it.' : <Shown text={range.host ?? ''} />}
              {range.processId !== null && <span class="quiet"> server process {range.processId}</span>}
              {range.leaseUntil !== null && range.lease !== 'free' && (
                <span class="quiet">
                  , lease {range.lease === 'expired' ? 'ran out' : 'until'} <Time iso={range.leaseUntil} />
                </span>
              )}
            </p>
            <p class="quiet">
              {range.kind === 'finish' ? 'the end of the run' : placeOf(range, key)};{' '}
              {count(range.batches, 'batch', 'batches')}, {rowsOf(range.rows)} changed
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type Range = DataRunAnswer['ranges'][number];

function placeOf({ lo, hi, position }: Range, key: string | null): string {
  const text = (value: Range['lo'], none: string) => value?.join(', ') ?? none;
  const isBegun = position !== null && text(position, '') !== text(lo, '');
  const done = isBegun ? `done up to ${text(position, '')}` : 'not begun';
  return `${key ?? 'keys'} above ${text(lo, 'the first')} up to ${text(hi, 'the last')}: ${done}`;
}

function ServerPanel({ view: { table, signals, run } }: { view: DataRunAnswer }) {
  return (
    <Panel title="What the server says">
      {table && (
        <p>
          <Shown text={nameOf(run.relation ?? '')} />: about {rowsOf(table.liveRows)},{' '}
          {rowsOf(table.deadRows, 'dead row')} ({shareText(table)}), {formatBytes(table.bytes)};{' '}
          {table.vacuumedAt === null ? (
            'not vacuumed yet'
          ) : (
            <>
              vacuumed <Age iso={table.vacuumedAt} />
            </>
          )}
        </p>
      )}
      <ul class="attention">
        {signals.map(({ signal, says, isOver, isUnseen }) => (
          <li key={`${signal} ${says}`}>
            <Word tone={isUnseen ? 'quiet' : isOver ? 'warn' : 'good'} text={signal} /> <Shown text={says} />
          </li>
        ))}
      </ul>
      {!table && signals.length === 0 && <p class="quiet">Nothing is looked at while nobody works at it.</p>}
    </Panel>
  );
}

/** `"public"."requests"` as people write it. */
function nameOf(relation: string): string {
  return relation.replaceAll(/"([a-z_][a-z0-9_]*)"/g, '$1').replace(/^public\./, '');
}

function shareText({ liveRows, deadRows }: { readonly liveRows: number; readonly deadRows: number }): string {
  const all = liveRows + deadRows;
  return `${all === 0 ? 0 : Math.round((100 * deadRows) / all)} %`;
}

const SKIPPED_SHOWN = 50;

function SkippedPanel({ skipped }: { skipped: DataRunRow['skipped'] }) {
  return (
    <Panel title={`${count(skipped.length, 'row')} passed over`} class="wide">
      <ul class="attention">
        {skipped.slice(0, SKIPPED_SHOWN).map(({ row, message, sqlstate }) => (
          <li key={row.join(' ')}>
            <code>{row.join(', ')}</code> <Shown text={message} />
            {sqlstate !== null && <span class="quiet"> {sqlstate}</span>}
          </li>
        ))}
      </ul>
      {skipped.length > SKIPPED_SHOWN && <p class="quiet">and {skipped.length - SKIPPED_SHOWN} more: data status</p>}
    </Panel>
  );
}
