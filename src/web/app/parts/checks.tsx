import { signal } from '@preact/signals';
import type { ChainAnswer } from '../../answers/chain.ts';
import type { DriftAnswer } from '../../answers/drift.ts';
import { ask, type Fault, Refused, targetPath } from '../data/api.ts';
import { messageOf } from '../data/session.ts';
import { FaultBox, Panel, Shown } from './basics.tsx';
import { Word } from './state.tsx';
import { Age } from './time.tsx';
import { count } from './words.ts';

interface Check<Value> {
  readonly value?: Value;
  readonly fault?: Fault;
  readonly isRunning: boolean;
}

/** The last results, by target and check: they stay while the page is open. */
const checks = signal<Readonly<Record<string, Check<unknown>>>>({});

async function run(key: string, path: string): Promise<void> {
  const put = (check: Check<unknown>) => {
    checks.value = { ...checks.value, [key]: check };
  };
  const before = checks.value[key];
  put({ ...before, isRunning: true });
  try {
    put({ value: await ask(path), isRunning: false });
  } catch (error) {
    const fault = error instanceof Refused ? error.fault : { status: 0, code: 'internal', message: messageOf(error) };
    put({ ...before, fault, isRunning: false });
  }
}

interface CheckPanelProps<Value> {
  readonly target: string;
  readonly part: string;
  readonly title: string;
  readonly action: string;
  readonly unknown: string;
  readonly show: (value: Value) => preact.ComponentChildren;
}

function CheckPanel<Value>({ target, part, title, action, unknown, show }: CheckPanelProps<Value>) {
  const key = `${target} ${part}`;
  const { value, fault, isRunning } = (checks.value[key] ?? { isRunning: false }) as Check<Value>;
  const button = (
    <button type="button" disabled={isRunning} onClick={() => void run(key, targetPath(target, part))}>
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
  return (
    <CheckPanel<DriftAnswer>
      target={target}
      part="drift"
      title="Drift"
      action="Compare"
      unknown="Not compared since this page was opened. It replays the applied migrations on a scratch database."
      show={(drift) => <DriftResult drift={drift} />}
    />
  );
}

function DriftResult({ drift: { equal, changes, accepted, notReplayed, checkedAt } }: { drift: DriftAnswer }) {
  const text = equal ? 'no drift' : count(changes.length, 'difference');
  return (
    <>
      <p>
        <Word tone={equal ? 'good' : 'warn'} text={text} /> {accepted > 0 && `${accepted} accepted on record; `}compared{' '}
        <Age iso={checkedAt} />
      </p>
      <ul class="drift">
        {changes.slice(0, NAMED_MAX).map(({ kind, type, name }) => (
          <li key={`${type} ${name}`}>
            {kind}: {type} <Shown text={name} />
          </li>
        ))}
      </ul>
      {changes.length > NAMED_MAX && <p class="quiet">and {changes.length - NAMED_MAX} more: taskflow-db diff</p>}
      {notReplayed.length > 0 && (
        <p class="complaint">{count(notReplayed.length, 'applied version')} could not be replayed.</p>
      )}
    </>
  );
}
