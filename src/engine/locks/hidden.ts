import type { Blocker } from '../../report/blocker.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Engine } from '../engine.ts';
import type { LockSubject } from './subject.ts';

const told = new WeakSet<Engine['run']>();

/** Says once a run which GRANT would show what other users' sessions do (manual, "Predefined Roles"). */
export function tellHidden(
  { engine, control }: Pick<LockSubject, 'engine' | 'control'>,
  blockers: readonly Blocker[],
): void {
  const hidden = blockers.some((one) => one.pid !== null && !one.isAutovacuum && one.state === null);
  if (!hidden || told.has(engine.run)) return;
  told.add(engine.run);
  const grant = `GRANT pg_read_all_stats TO ${displayIdentifier(control.role)};`;
  const idle = engine.settings.cancelBlockers.includes('idle') ? ' (which --cancel-blockers=idle needs to know)' : '';
  engine.emit({
    kind: 'note',
    message: `What other users' sessions do${idle} is shown after an administrator runs: ${grant} pg_monitor includes it.`,
  });
}
