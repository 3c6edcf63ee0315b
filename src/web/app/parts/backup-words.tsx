import type { BackupsAnswer } from '../../answers/backups.ts';
import { type Tone, Word } from './state.tsx';
import { Age } from './time.tsx';

type Backup = BackupsAnswer['backups'][number];

/** Whether it can be restored, as far as anybody has tried. */
export function ProofWord({ state, verified }: Pick<Backup, 'state' | 'verified'>) {
  if (state !== 'ok') return <Word tone={state === 'partial' ? 'quiet' : 'bad'} text={state} />;
  if (!verified) return <Word tone="quiet" text="not proven" />;
  const isWhole = verified.server !== null;
  const text = verified.ok ? (isWhole ? 'proven' : 'digests right') : 'proof failed';
  const tone: Tone = verified.ok ? (isWhole ? 'good' : 'open') : 'bad';
  return (
    <>
      <Word tone={tone} text={text} />{' '}
      <span class="quiet">
        <Age iso={verified.at} />
      </span>
    </>
  );
}

/** How it was taken, in a few words. */
export function methodText({
  method,
  encrypted,
  leavingOut,
}: Pick<Backup, 'method' | 'encrypted' | 'leavingOut'>): string {
  const by = method === null ? '' : method === 'copy' ? 'COPY' : 'pg_dump';
  return [by, ...(encrypted ? ['encrypted'] : []), ...(leavingOut.length > 0 ? ['a part'] : [])]
    .filter(Boolean)
    .join(', ');
}

const RECORDS = {
  agrees: ['good', 'as on record'],
  differs: ['bad', 'not as on record'],
  none: ['quiet', 'not on record here'],
} as const;

/** Whether the manifest is the one that the audit trail tells of. */
export function RecordWord({ record }: Pick<Backup, 'record'>) {
  const [tone, text] = RECORDS[record];
  return <Word tone={tone} text={text} />;
}
