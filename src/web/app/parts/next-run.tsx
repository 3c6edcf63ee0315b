import type { PlanAnswer } from '../../answers/plan.ts';
import { targetPath } from '../data/api.ts';
import { AT_REST } from '../data/keep-asking.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from './basics.tsx';
import { Word } from './state.tsx';
import { count, rowsText } from './words.ts';

/** What migrate would do now: the worst that the application meets, and who is in the way. */
export function NextRun({ target, waiting }: { target: string; waiting: number }) {
  const { now } = useResource<PlanAnswer>(waiting > 0 ? targetPath(target, 'plan') : '', {
    heeds: AT_REST,
  });
  const { value, fault } = now.value;
  const aside = <Link to={pathOf(target, 'plan')}>Plan</Link>;
  return (
    <Panel title="Next run" aside={aside}>
      {waiting === 0 && <p class="quiet">Nothing is to be applied.</p>}
      {waiting > 0 && !value && (fault ? <FaultBox fault={fault} /> : <Loading what="the plan" />)}
      {waiting > 0 && value && <Outline plan={value} />}
    </Panel>
  );
}

function Outline({ plan: { migrations, holds, blockers, findings, preflight } }: { plan: PlanAnswer }) {
  const [worst] = holds;
  const errors = findings.filter(({ severity, allowed }) => severity === 'error' && allowed === null).length;
  return (
    <ul class="outline">
      <li>
        <strong>{count(migrations.length, 'migration')}</strong> would be applied
      </li>
      {worst ? (
        <li>
          <Word tone={worst.time === 'an instant' ? 'quiet' : 'warn'} text={`stops ${worst.stalls}`} /> of{' '}
          <Shown text={worst.relation} />
          {worst.time === 'unknown' ? ', how long is not known' : ` for ${worst.time}`}
          {worst.rows !== null && ` (${rowsText(worst.rows)})`}
        </li>
      ) : (
        <li>Nothing that the application reads or writes is held up.</li>
      )}
      {errors > 0 && (
        <li>
          <Word tone="bad" text={count(errors, 'error')} /> found by the linter
        </li>
      )}
      {preflight.map(({ check, found }) => (
        <li key={check}>
          <Word tone="warn" text="server" /> <Shown text={found} />
        </li>
      ))}
      {blockers.map(({ relation, pid, holder }) => (
        <li key={`${relation} ${pid}`}>
          <Word tone="bad" text="in the way" /> <Shown text={holder} /> (<Shown text={relation} />)
        </li>
      ))}
      {blockers.length === 0 && <li class="quiet">Nobody is in the way right now.</li>}
    </ul>
  );
}
