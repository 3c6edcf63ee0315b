import type { PlanAnswer } from '../../answers/plan.ts';
import { actions } from '../data/actions.ts';
import { ActionButton } from './action-button.tsx';
import { ApplyButton } from './apply-button.tsx';
import { Shown } from './basics.tsx';
import { RollBackButton } from './roll-back-button.tsx';

interface PlanActionsProps {
  readonly target: string;
  readonly plan: PlanAnswer;
  /** Up to this version; '': all. */
  readonly to: string;
  /** Why it may not be applied. */
  readonly because: string | undefined;
}

/** What can be done with a plan: apply it, try it first, or go back instead. */
export function PlanActions({ target, plan, to, because }: PlanActionsProps) {
  const isBusy = actions.value.some(({ state }) => state === 'running');
  const busy = isBusy ? 'Something is under way.' : undefined;
  const body = to === '' ? {} : { to };
  return (
    <div class="actions">
      <ApplyButton target={target} plan={plan} to={to} because={busy ?? because} />
      {plan.migrations.length > 0 && (
        <>
          <ActionButton
            target={target}
            label="Rehearse"
            part="rehearse"
            body={body}
            title="Rehearse on a copy?"
            isHarmless
            isPlain
            isDisabled={isBusy}
          >
            <p>
              Applies what this plan shows to an empty copy of the schema, on the scratch server, and measures locks
              there. This database is only read.
            </p>
          </ActionButton>
          <ActionButton
            target={target}
            label="Try live"
            part="dry-run"
            body={body}
            title="Try it on the database itself?"
            isPlain
            isDisabled={isBusy}
          >
            <p>
              Applies what this plan shows to <strong>this database</strong>, in one transaction that is rolled back,
              and measures it. Until then it holds every lock that it takes, as long as it may and no longer.
            </p>
            {plan.holds.map(({ relation, stalls }) => (
              <p key={`${relation} ${stalls}`}>
                Meanwhile {stalls} of <Shown text={relation} /> wait.
              </p>
            ))}
          </ActionButton>
        </>
      )}
      <RollBackButton target={target} label="Roll back the last" query={{ steps: '1' }} isDisabled={isBusy} />
    </div>
  );
}
