import { useEffect } from 'preact/hooks';
import type { DriftAnswer, LastDriftAnswer } from '../../answers/drift.ts';
import { targetPath } from '../data/api.ts';
import { startWith } from '../data/checks.ts';
import { useResource } from '../data/resource.ts';
import { Word } from './state.tsx';
import { Age } from './time.tsx';
import { count } from './words.ts';

/** Begins with what somebody else at this console has found, as long as nothing has happened since. */
export function useLastDrift(target: string): void {
  const { now } = useResource<LastDriftAnswer>(targetPath(target, 'drift/last'), { isStill: true });
  const last = now.value.value?.drift;
  useEffect(() => {
    if (last) startWith(target, 'drift', last);
  }, [last]);
}

export function DriftSummary({ drift: { equal, changes, accepted, checkedAt } }: { drift: DriftAnswer }) {
  const text = equal ? 'no drift' : count(changes.length, 'difference');
  return (
    <p>
      <Word tone={equal ? 'good' : 'warn'} text={text} />{' '}
      {accepted.length > 0 && `${accepted.length} accepted on record; `}compared <Age iso={checkedAt} />
    </p>
  );
}
