import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { WayBackAnswer } from '../../answers/way-back.ts';
import { targetPath } from '../data/api.ts';
import { AT_REST } from '../data/keep-asking.ts';
import { go, pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { ActionButton } from './action-button.tsx';
import { FaultBox, Loading, Shown } from './basics.tsx';
import { RollBackApproval } from './roll-back-approval.tsx';
import { count, rowsText } from './words.ts';

interface RollBackProps {
  readonly target: string;
  readonly label: string;
  /** Which: as `/way-back` takes it. */
  readonly query: { readonly version?: string; readonly to?: string; readonly steps?: string };
  readonly isDisabled?: boolean;
}

/** Undoes migrations, after what that costs and what comes back was shown. */
export function RollBackButton({ target, label, query, isDisabled = false }: RollBackProps) {
  const [plan, cascade, data] = [useSignal<WayBackAnswer | undefined>(undefined), useSignal(false), useSignal(true)];
  const mayRun = useSignal(false);
  const { steps, ...named } = query;
  const body = {
    ...named,
    ...(steps === undefined ? {} : { steps: Number(steps) }),
    ...(cascade.value ? { cascade: true } : {}),
    data: data.value,
    expected: plan.value?.rollbacks.map(({ version }) => version) ?? [],
  };
  const found = plan.value?.rollbacks.length ?? 0;
  return (
    <ActionButton
      target={target}
      label={label}
      action="Roll back"
      part="rollback"
      body={body}
      title={found > 1 ? `Roll back ${count(found, 'migration')}?` : 'Roll back?'}
      isDangerous
      isDisabled={isDisabled}
      isIncomplete={found === 0 || !mayRun.value}
      onBegun={() => go(pathOf(target, 'run'))}
    >
      <WayBack
        target={target}
        query={{ ...query, ...(cascade.value ? { cascade: 'true' } : {}) }}
        onPlan={(value) => {
          plan.value = value;
        }}
      />
      {query.version !== undefined && <Check label="with what stands on it" on={cascade} />}
      {(plan.value?.returns.length ?? 0) > 0 && <Check label="put back what was kept of the data" on={data} />}
      {found > 0 && (
        <RollBackApproval
          target={target}
          query={{ ...query, ...(cascade.value ? { cascade: 'true' } : {}), data: String(data.value) }}
          onKnown={(may) => {
            mayRun.value = may;
          }}
        />
      )}
    </ActionButton>
  );
}

function Check({ label, on }: { label: string; on: Signal<boolean> }) {
  return (
    <label>
      <input
        type="checkbox"
        checked={on.value}
        onChange={({ currentTarget }) => {
          on.value = currentTarget.checked;
        }}
      />{' '}
      {label}
    </label>
  );
}

interface WayBackProps {
  readonly target: string;
  readonly query: Readonly<Record<string, string>>;
  readonly onPlan: (plan: WayBackAnswer | undefined) => void;
}

/** What would be undone, in its order; what is lost with it, and what comes back. */
function WayBack({ target, query, onPlan }: WayBackProps) {
  const { value, fault } = useResource<WayBackAnswer>(targetPath(target, 'way-back', query), {
    heeds: AT_REST,
  }).now.value;
  const shown = fault ? undefined : value;
  useEffect(() => onPlan(shown), [shown]);
  if (fault) return <FaultBox fault={fault} />;
  if (!value) return <Loading what="the way back" />;
  if (value.rollbacks.length === 0) return <p>Nothing is applied that could be rolled back.</p>;
  return (
    <>
      <ol class="way-back">
        {value.rollbacks.map(({ version, statements, loses }) => (
          <li key={version}>
            <strong>
              <Shown text={version} />
            </strong>{' '}
            <span class="quiet">{count(statements.length, 'statement')}</span>
            {statements.slice(0, STATEMENTS_MAX).map(({ line, sql }) => (
              <pre class="query" key={line}>
                <Shown text={sql} />
              </pre>
            ))}
            {loses.map((what) => (
              <p key={what} class="complaint">
                Loses <Shown text={what} />
              </p>
            ))}
          </li>
        ))}
      </ol>
      <Returns returns={value.returns} />
      {value.unsure.map(({ version, why }) => (
        <p key={version}>
          Whether <Shown text={version} /> needs it nobody can tell: <Shown text={why} />
        </p>
      ))}
    </>
  );
}

const STATEMENTS_MAX = 6;

const CANNOT = {
  lost: 'what was kept is gone',
  missing: 'the file that it is in is not there',
  view: 'a materialized view: REFRESH brings it back',
} as const;

function Returns({ returns }: { returns: WayBackAnswer['returns'] }) {
  return (
    <>
      {returns.map(({ version, relation, columns, rows, store, cannot }) => (
        <p key={`${version} ${relation} ${store}`}>
          {cannot === null ? 'Comes back: ' : 'Does not come back: '}
          {columns === null ? rowsText(rows) : `${columns.join(', ')} of ${rowsText(rows)}`} of{' '}
          <Shown text={relation} />
          {cannot !== null && ` (${CANNOT[cannot]})`}
        </p>
      ))}
    </>
  );
}
