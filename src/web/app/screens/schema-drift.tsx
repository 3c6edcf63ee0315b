import { useSignal } from '@preact/signals';
import type { DriftAnswer } from '../../answers/drift.ts';
import { mayAct } from '../data/actions.ts';
import { checkOf, runCheck } from '../data/checks.ts';
import { pathOf } from '../data/place.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { ChangeList } from '../parts/change-list.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { DriftSummary, useLastDrift } from '../parts/drift.tsx';
import { DriftDecisions } from '../parts/drift-actions.tsx';
import { folded } from '../parts/fold-changes.ts';
import { SchemaTabs } from '../parts/schema-tabs.tsx';
import { Sql } from '../parts/sql.tsx';
import { Age } from '../parts/time.tsx';

type DriftChange = DriftAnswer['changes'][number];

export function DriftScreen({ target }: { target: string }) {
  useLastDrift(target);
  const { value, fault, isRunning } = checkOf<DriftAnswer>(target, 'drift');
  return (
    <div class="screen">
      <h1>Schema</h1>
      <SchemaTabs target={target} current="drift" />
      <div class="filters">
        <button type="button" disabled={isRunning} onClick={() => void runCheck(target, 'drift')}>
          {isRunning ? 'Comparing …' : 'Compare'}
        </button>
        <span class="quiet">
          The applied migrations are replayed on a scratch database, and the schema here is compared with what they
          make.
        </span>
      </div>
      {fault && <FaultBox fault={fault} />}
      <div aria-live="polite">{value && <DriftSummary drift={value} />}</div>
      {!value && isRunning && <Loading what="both schemas" />}
      {value && <Drift key={value.checkedAt} target={target} drift={value} />}
    </div>
  );
}

function Drift({ target, drift }: { target: string; drift: DriftAnswer }) {
  const { changes, gaps, notes } = drift;
  const without = useSignal<ReadonlySet<string>>(new Set());
  const selected = changes.filter(({ key }) => !without.value.has(key)).map(({ key }) => key);
  const isChoosing = mayAct('operator') === 'yes';
  return (
    <>
      {gaps.map((gap) => (
        <p class="complaint" key={gap}>
          Not compared: <Shown text={gap} />
        </p>
      ))}
      {notes.map((note) => (
        <p class="note" key={note}>
          <Shown text={note} />
        </p>
      ))}
      <DriftDecisions target={target} drift={drift} selected={selected} />
      <ChangeList
        changes={changes}
        aside={(change) => isChoosing && <Choice change={change} changes={changes} without={without} />}
      />
      <AsMigration drift={drift} />
      <Accepted target={target} drift={drift} />
    </>
  );
}

interface ChoiceProps {
  readonly change: DriftChange;
  readonly changes: readonly DriftChange[];
  readonly without: { value: ReadonlySet<string> };
}

/** With a table goes what came with it. */
function Choice({ change, changes, without }: ChoiceProps) {
  const toggle = () => {
    const keys = [change, ...folded(changes.filter(({ kind }) => kind === change.kind)).membersOf(change)].map(
      ({ key }) => key,
    );
    const isOut = without.value.has(change.key);
    const others = [...without.value].filter((key) => !keys.includes(key));
    without.value = new Set(isOut ? others : [...others, ...keys]);
  };
  return (
    <label class="change-choice">
      <input type="checkbox" checked={!without.value.has(change.key)} onChange={toggle} /> accept
    </label>
  );
}

/** The SQL for who may not, or will not, have the console write the file. */
function AsMigration({ drift: { sql, rollback, notWritten, changes } }: { drift: DriftAnswer }) {
  if (changes.length === 0 || sql === '') return null;
  return (
    <Panel title="As a migration" class="changes" aside={<CopyButton text={sql} label="Copy the SQL" />}>
      {mayAct('operator') === 'read-only' && (
        <p class="quiet">
          This console was started without --write: put the SQL into a file of your own, or run{' '}
          <code>taskflow-db diff --to-migration NAME</code>
        </p>
      )}
      {notWritten.map(({ type, name, why }) => (
        <p class="complaint" key={`${type} ${name} ${why}`}>
          Cannot be written: {type} <Shown text={`${name}: ${why}`} />
        </p>
      ))}
      <Sql text={sql} label="SQL of the drift" isBare />
      <details>
        <summary>The way back</summary>
        <Sql text={rollback} label="SQL of the way back" isBare />
      </details>
    </Panel>
  );
}

function Accepted({ target, drift: { accepted } }: { target: string; drift: DriftAnswer }) {
  if (accepted.length === 0) return null;
  return (
    <Panel title="Accepted on record" class="changes">
      <ul class="neighbours">
        {accepted.map(({ kind, type, name, accepted: { seq, at, by, reason } }) => (
          <li key={`${type} ${name}`}>
            {kind} {type}{' '}
            <strong>
              <Shown text={name} />
            </strong>{' '}
            <span class="quiet">
              <Age iso={at} /> by <Shown text={by} />: <Shown text={reason} /> (
              <Link to={pathOf(target, 'audit', '', { event: 'drift_accepted' })}>#{seq}</Link>)
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
