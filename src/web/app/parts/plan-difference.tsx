import type { PlanAnswer } from '../../answers/plan.ts';
import type { PlanDifferenceAnswer } from '../../answers/plan-difference.ts';
import { checkOf, runCheck } from '../data/checks.ts';
import { FaultBox, Panel, Shown } from './basics.tsx';
import { ChangeList } from './change-list.tsx';
import { Word } from './state.tsx';
import { Age } from './time.tsx';
import { count } from './words.ts';

/** What a plan would make of the schema; asked for by a button, since it takes a scratch database. */
export function PlanDifference({ target, plan, to }: { target: string; plan: PlanAnswer; to: string }) {
  const part = to === '' ? 'plan/difference' : `plan/difference?to=${encodeURIComponent(to)}`;
  const { value, fault, isRunning } = checkOf<PlanDifferenceAnswer>(target, part);
  if (plan.migrations.length === 0) return null;
  const button = (
    <button type="button" disabled={isRunning} onClick={() => void runCheck(target, part)}>
      {isRunning ? 'Replaying …' : 'Replay and compare'}
    </button>
  );
  return (
    <div class="plan-difference">
      <Panel title="The schema it would make" aside={button}>
        {fault && <FaultBox fault={fault} />}
        <div aria-live="polite">
          {value ? (
            <Summary plan={plan} difference={value} />
          ) : (
            !fault && (
              <p class="quiet">
                Not tried since this page was opened. What is applied is replayed on a scratch database, and this behind
                it.
              </p>
            )
          )}
        </div>
      </Panel>
      {value && <ChangeList changes={value.changes} sides={['Now', 'Then']} />}
    </div>
  );
}

function Summary({ plan, difference }: { plan: PlanAnswer; difference: PlanDifferenceAnswer }) {
  const { versions, changes, checkedAt, notReplayed, skipped, notes } = difference;
  const isOld = versions.join('\n') !== plan.migrations.map(({ version }) => version).join('\n');
  return (
    <>
      <p>
        {isOld && <Word tone="warn" text="older" />} <strong>{count(changes.length, 'change')}</strong> by{' '}
        {count(versions.length, 'migration')}, tried <Age iso={checkedAt} />
        {isOld && ': the plan is another one by now.'}
      </p>
      {[...notReplayed, ...skipped].map(({ version, reason }) => (
        <p class="complaint" key={version}>
          Not replayed: <Shown text={`${version}: ${reason}`} />
        </p>
      ))}
      {notes.map((note) => (
        <p class="note" key={note}>
          <Shown text={note} />
        </p>
      ))}
    </>
  );
}
