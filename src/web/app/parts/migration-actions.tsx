import type { MigrationAnswer } from '../../answers/migration.ts';
import { actions, mayAct } from '../data/actions.ts';
import { pathOf } from '../data/place.ts';
import { Link } from './basics.tsx';
import { RollBackButton } from './roll-back-button.tsx';

const APPLIED: ReadonlySet<string> = new Set(['applied', 'modified', 'missing']);
const OPEN: ReadonlySet<string> = new Set(['pending', 'failed', 'rolled_back', 'interrupted', 'skipped']);

/** What can be done with one migration: apply it with what comes before it, by its plan; or go back behind it. */
export function MigrationActions({ target, detail: { migration } }: { target: string; detail: MigrationAnswer }) {
  const { version, state } = migration;
  const isBusy = actions.value.some((one) => one.state === 'running');
  if (mayAct('operator') === 'read-only') return null;
  return (
    <p class="actions">
      {OPEN.has(state) && <Link to={pathOf(target, 'plan', '', { to: version })}>Plan and apply up to here</Link>}
      {APPLIED.has(state) && (
        <RollBackButton target={target} label="Roll back" query={{ version }} isDisabled={isBusy} />
      )}
    </p>
  );
}
