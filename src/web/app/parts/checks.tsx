import type { ChainAnswer } from '../../answers/chain.ts';
import type { DriftAnswer } from '../../answers/drift.ts';
import { checkOf, runCheck } from '../data/checks.ts';
import { pathOf } from '../data/place.ts';
import { FaultBox, Link, Panel, Shown } from './basics.tsx';
import { DriftSummary, useLastDrift } from './drift.tsx';
import { Word } from './state.tsx';
import { Age } from './time.tsx';
import { count } from './words.ts';

interface CheckPanelProps<Value> {
  readonly target: string;
  readonly part: string;
  readonly title: string;
  readonly action: string;
  readonly unknown: string;
  readonly show: (value: Value) => preact.ComponentChildren;
}

function CheckPanel<Value>({ target, part, title, action, unknown, show }: CheckPanelProps<Value>) {
  const { value, fault, isRunning } = checkOf<Value>(target, part);
  const button = (
    <button type="button" disabled={isRunning} onClick={() => void runCheck(target, part)}>
      {isRunning ? 'Checking …' : action}
    </button>
  );
  return (
    <Panel title={title} aside={button}>
      {fault && <FaultBox fault={fault} />}
      <div aria-live="polite">{value ? show(value) : !fault && <p class="quiet">{unknown}</p>}</div>
    </Panel>
  );
}

/** Whether the audit trail is whole. `events`: position of the last one that is known. */
export function ChainPanel({ target, events }: { target: string; events: number }) {
  return (
    <CheckPanel<ChainAnswer>
      target={target}
      part="events/chain"
      title="Audit trail"
      action="Verify"
      unknown={events === 0 ? 'No events yet.' : `${count(events, 'event')}; not verified since this page was opened.`}
      show={(chain) => <ChainResult chain={chain} />}
    />
  );
}

function ChainResult({ chain: { ok, events, head, firstBad, guards, checkedAt, problem } }: { chain: ChainAnswer }) {
  return (
    <>
      <p>
        <Word tone={ok ? 'good' : 'bad'} text={ok ? 'whole' : 'not whole'} /> {count(events, 'event')}, every hash
        computed anew <Age iso={checkedAt} />
      </p>
      {firstBad && (
        <p class="complaint">
          The first that is wrong is #{firstBad.seq}, {firstBad.kind}: <Shown text={firstBad.detail} />
        </p>
      )}
      {guards.map((guard) => (
        <p class="complaint" key={guard}>
          <Shown text={guard} />
        </p>
      ))}
      {problem && !firstBad && guards.length === 0 && (
        <p class="complaint">
          <Shown text={problem.message} />
        </p>
      )}
      {head && (
        <p class="quiet">
          head #{head.seq} <code class="hash">{head.hash}</code>
        </p>
      )}
    </>
  );
}

const NAMED_MAX = 6;

/** Whether the database is what its migrations make. */
export function DriftPanel({ target }: { target: string }) {
  useLastDrift(target);
  return (
    <CheckPanel<DriftAnswer>
      target={target}
      part="drift"
      title="Drift"
      action="Compare"
      unknown="Not compared since this page was opened. It replays the applied migrations on a scratch database."
      show={(drift) => <DriftResult target={target} drift={drift} />}
    />
  );
}

function DriftResult({ target, drift }: { target: string; drift: DriftAnswer }) {
  const { changes, notReplayed } = drift;
  return (
    <>
      <DriftSummary drift={drift} />
      <ul class="drift">
        {changes.slice(0, NAMED_MAX).map(({ kind, type, name }) => (
          <li key={`${type} ${name}`}>
            {kind}: {type} <Shown text={name} />
          </li>
        ))}
      </ul>
      {changes.length > NAMED_MAX && <p class="quiet">and {changes.length - NAMED_MAX} more</p>}
      {notReplayed.length > 0 && (
        <p class="complaint">{count(notReplayed.length, 'applied version')} could not be replayed.</p>
      )}
      {changes.length > 0 && <Link to={pathOf(target, 'schema', 'drift')}>Definitions, and what to do</Link>}
    </>
  );
}
