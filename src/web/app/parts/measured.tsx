import type { TriedStatement } from '../../answers/dry-run.ts';
import { Shown } from './basics.tsx';
import { type Tone, Word } from './state.tsx';
import { formatBytes, formatDuration } from './words.ts';

const TONES: Readonly<Record<TriedStatement['state'], Tone>> = {
  passed: 'good',
  failed: 'bad',
  unfinished: 'warn',
  'not-tried': 'quiet',
};

/** What a dry run has seen of a statement: how long, which locks, what it wrote anew and read. */
export function Measured({ tried }: { tried: TriedStatement }) {
  const { state, reason, executionTimeMs, locks, rewrites, scans } = tried;
  const felt = locks.filter(({ stalls }) => stalls !== null);
  return (
    <>
      <div>
        <Word tone={TONES[state]} text={state === 'not-tried' ? 'not tried' : state} />{' '}
        {state !== 'not-tried' && formatDuration(executionTimeMs)}
      </div>
      {reason !== null && (
        <div class="quiet">
          <Shown text={reason} />
        </div>
      )}
      {felt.map(({ relation, mode, stalls }) => (
        <div key={`${relation} ${mode}`}>
          <code>{mode.replace(/Lock$/, '')}</code> on <Shown text={relation} />, stops {stalls}
        </div>
      ))}
      {locks.length > felt.length && (
        <div class="quiet">{locks.length - felt.length} more locks that stop neither reads nor writes</div>
      )}
      {rewrites.map(({ relation, bytes }) => (
        <div key={relation}>
          <Word tone="warn" text="rewrote" /> <Shown text={relation} />, {formatBytes(bytes)}
        </div>
      ))}
      {scans.map(({ relation, rowsRead }) => (
        <div key={relation} class="quiet">
          read {rowsRead.toLocaleString('en')} rows of <Shown text={relation} />
        </div>
      ))}
    </>
  );
}
