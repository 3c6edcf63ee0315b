import type { ApprovalsAnswer } from '../../answers/approvals.ts';
import type { OverviewAnswer } from '../../answers/overview.ts';
import type { PlanAnswer } from '../../answers/plan.ts';
import { targetPath } from '../data/api.ts';
import { AT_REST } from '../data/keep-asking.ts';
import { pathOf, place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { DryRunPanel, useDryRun } from '../parts/dry-run.tsx';
import { FindingNote } from '../parts/finding.tsx';
import { PlanActions } from '../parts/plan-actions.tsx';
import { PlanApproval, whyNotApply } from '../parts/plan-approval.tsx';
import { PlanDifference } from '../parts/plan-difference.tsx';
import { PlannedMigration } from '../parts/planned-migration.tsx';
import { Word } from '../parts/state.tsx';
import { count, formatBytes, rowsText, timeText } from '../parts/words.ts';

export function PlanScreen({ target }: { target: string }) {
  const { query } = place.value;
  const to = query.get('to') ?? '';
  const { now, refresh } = useResource<PlanAnswer>(targetPath(target, 'plan', { to }), { heeds: AT_REST });
  const approvals = useResource<ApprovalsAnswer>(targetPath(target, 'approvals', { to }));
  const overview = useResource<OverviewAnswer>(targetPath(target, 'overview'));
  const { value, fault, isLoading } = now.value;
  return (
    <div class="screen">
      <h1>Plan</h1>
      <div class="filters">
        <Choice overview={overview.now.value.value} to={to} />
        <button type="button" disabled={isLoading} onClick={refresh}>
          {isLoading ? 'Looking …' : 'Look again'}
        </button>
        {value && <span class="quiet found">made {timeText(value.madeAt)}</span>}
      </div>
      {value && <PlanActions target={target} plan={value} to={to} because={whyNotApply(approvals.now.value.value)} />}
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the plan" />}
      <PlanApproval target={target} choice={{ to }} approvals={approvals.now.value.value} onDone={approvals.refresh} />
      {value && <Plan target={target} plan={value} to={to} />}
    </div>
  );
}

function Choice({ overview, to }: { overview: OverviewAnswer | undefined; to: string }) {
  const open = (overview?.migrations ?? []).filter(({ state }) => OPEN.has(state));
  const known = to === '' || open.some(({ version }) => version === to);
  return (
    <label>
      Up to{' '}
      <select value={to} onChange={({ currentTarget }) => setQuery({ to: currentTarget.value })}>
        <option value="">everything that is pending</option>
        {!known && <option value={to}>{to}</option>}
        {open.map(({ version }) => (
          <option key={version} value={version}>
            {version}
          </option>
        ))}
      </select>
    </label>
  );
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'failed', 'rolled_back', 'interrupted', 'skipped']);

function Plan({ target, plan, to }: { target: string; plan: PlanAnswer; to: string }) {
  const { migrations, skipped, held, notes, findings } = plan;
  const dryRun = useDryRun(target);
  if (migrations.length === 0)
    return (
      <>
        <p>Nothing is to be applied.</p>
        <Notes notes={notes} />
        <Held target={target} held={held} />
      </>
    );
  return (
    <>
      <div class="grid">
        <Holds plan={plan} />
        <InTheWay plan={plan} />
      </div>
      <Notes notes={notes} />
      {dryRun && <DryRunPanel dryRun={dryRun} />}
      <PlanDifference target={target} plan={plan} to={to} />
      {migrations.map((migration, i) => (
        <PlannedMigration
          key={migration.version}
          target={target}
          migration={migration}
          place={i + 1}
          findings={findings.filter(({ version }) => version === migration.version)}
          tried={dryRun?.result?.migrations.find(({ version }) => version === migration.version)}
        />
      ))}
      <Held target={target} held={held} />
      {skipped.length > 0 && (
        <Panel title="Left out">
          {skipped.map(({ version, reason }) => (
            <p key={version}>
              <Link to={pathOf(target, 'migrations', version)}>
                <Shown text={version} />
              </Link>
              : <Shown text={reason} />
            </p>
          ))}
        </Panel>
      )}
      <Elsewhere plan={plan} />
    </>
  );
}

/** Findings in files that are not part of the plan: what keeps one from being read. */
function Elsewhere({ plan: { findings, migrations } }: { plan: PlanAnswer }) {
  const planned = new Set(migrations.map(({ version }) => version));
  const others = findings.filter(({ version }) => !planned.has(version));
  if (others.length === 0) return null;
  return (
    <Panel title="Other findings">
      {others.map((finding) => (
        <FindingNote key={`${finding.file} ${finding.line} ${finding.rule}`} finding={finding} />
      ))}
    </Panel>
  );
}

/** What is passed over for now, and what was looked at. */
function Held({ target, held }: { target: string; held: PlanAnswer['held'] }) {
  if (held.length === 0) return null;
  return (
    <Panel title="Held back for now">
      {held.map(({ version, reason, evidence }) => (
        <div key={version}>
          <Link to={pathOf(target, 'migrations', version)}>
            <Shown text={version} />
          </Link>
          : <Shown text={reason} />
          <ul>
            {evidence.map(({ verdict, words }) => (
              <li key={words}>
                <Word tone={verdict === 'free' ? 'good' : 'warn'} text={VERDICTS[verdict]} /> <Shown text={words} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Panel>
  );
}

const VERDICTS = { free: 'free', used: 'in use', open: 'open', unseen: 'not seen' } as const;

function Notes({ notes }: { notes: readonly string[] }) {
  return (
    <>
      {notes.map((note) => (
        <p class="note" key={note}>
          <Shown text={note} />
        </p>
      ))}
    </>
  );
}

/** What the application has to wait for. */
function Holds({ plan: { holds, migrations, backup } }: { plan: PlanAnswer }) {
  return (
    <Panel title="What waits" aside={<span class="quiet">{count(migrations.length, 'migration')}</span>}>
      {holds.length === 0 && <p>Nothing that the application reads or writes is held up.</p>}
      <ul class="outline">
        {holds.map(({ relation, stalls, time, version, line, rows, bytes, goesOn }) => (
          <li key={`${relation} ${stalls}`}>
            <Word tone={time === 'an instant' ? 'quiet' : 'warn'} text={stalls} /> of <Shown text={relation} />:{' '}
            <strong>{time}</strong>
            {rows !== null && `, ${rowsText(rows)}`}
            {bytes !== null && `, ${formatBytes(bytes)}`}
            <span class="quiet">
              {' '}
              from <Shown text={version} />:{line}
              {goesOn ? ' to the end of its transaction' : ''}
            </span>
          </li>
        ))}
      </ul>
      <p class="quiet">
        {backup === 'never' && 'Nothing that is destroyed is kept.'}
        {backup === 'auto' && 'Data that is destroyed is kept.'}
        {backup === 'always' && 'A full backup is taken first.'}
      </p>
    </Panel>
  );
}

/** The live server, right now. */
function InTheWay({ plan: { blockers, preflight } }: { plan: PlanAnswer }) {
  return (
    <Panel title="In the way now">
      {blockers.length + preflight.length === 0 && <p>Nobody and nothing.</p>}
      <ul class="outline">
        {blockers.map(({ relation, lock, pid, holder, next }) => (
          <li key={`${relation} ${pid}`}>
            <Word tone="bad" text={pid === null ? 'prepared transaction' : `pid ${pid}`} /> <Shown text={holder} />
            <div class="quiet">
              <Shown text={relation} />, where {lock} is needed. <Shown text={next} />
            </div>
          </li>
        ))}
        {preflight.map(({ check, found, next }) => (
          <li key={`${check} ${found}`}>
            <Word tone="warn" text={check} /> <Shown text={found} />
            <div class="quiet">
              <Shown text={next} />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
