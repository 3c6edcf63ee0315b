import type { PlanAnswer } from '../../answers/plan.ts';
import { go, pathOf } from '../data/place.ts';
import { ActionButton } from './action-button.tsx';
import { Shown } from './basics.tsx';
import { count } from './words.ts';

interface ApplyProps {
  readonly target: string;
  readonly plan: PlanAnswer;
  /** Up to this version; '': all. */
  readonly to: string;
  /** Why it may not be applied. */
  readonly because: string | undefined;
}

/** Applies what a plan shows, exactly that. */
export function ApplyButton({ target, plan, to, because }: ApplyProps) {
  const { migrations, holds, findings } = plan;
  const errors = findings.filter(({ severity, allowed }) => severity === 'error' && allowed === null).length;
  const destroys = migrations.flatMap((one) => one.destroys);
  if (migrations.length === 0) return null;
  return (
    <ActionButton
      target={target}
      label="Apply"
      part="apply"
      body={{ ...(to === '' ? {} : { to }), expected: migrations.map(({ version }) => version) }}
      title={`Apply ${count(migrations.length, 'migration')}?`}
      isDangerous={destroys.length > 0}
      onBegun={() => go(pathOf(target, 'run'))}
      because={because}
    >
      <ul>
        {migrations.slice(0, NAMED_MAX).map(({ version }) => (
          <li key={version}>
            <Shown text={version} />
          </li>
        ))}
        {migrations.length > NAMED_MAX && <li>and {migrations.length - NAMED_MAX} more</li>}
      </ul>
      {holds.map(({ relation, stalls, time }) => (
        <p key={`${relation} ${stalls}`}>
          Stops {stalls} of <Shown text={relation} />: {time}.
        </p>
      ))}
      {destroys.map((one) => (
        <p key={one} class="complaint">
          Destroys <Shown text={one} />
        </p>
      ))}
      {errors > 0 && <p class="complaint">The linter has found {count(errors, 'error')}.</p>}
    </ActionButton>
  );
}

const NAMED_MAX = 12;
