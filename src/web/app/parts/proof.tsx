import { useSignal } from '@preact/signals';
import type { ActionAnswer } from '../../answers/action.ts';
import type { ProofAnswer, VerifyResult } from '../../answers/proof.ts';
import { actions, mayAct } from '../data/actions.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { ActionButton } from './action-button.tsx';
import { FaultBox, Link, Loading, Panel, Shown } from './basics.tsx';
import { type Tone, Word } from './state.tsx';
import { Age } from './time.tsx';
import { useEnded } from './use-ended.ts';
import { count, formatDuration } from './words.ts';

/** What verify found when it last ran, here or elsewhere. */
export function ProofPanel({ target }: { target: string }) {
  const { now, refresh } = useResource<ProofAnswer>(targetPath(target, 'proof'));
  const { value, fault } = now.value;
  const shown = useSignal('');
  const ended = useEnded(({ id }) => {
    shown.value = id;
    refresh();
  });
  return (
    <Panel title="Last proof" class="wide" aside={<VerifyButton target={target} onBegun={ended} />}>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the last proof" />}
      {value && (value.proof ? <LastProof target={target} proof={value.proof} /> : <NoProof />)}
      {shown.value !== '' && <Found target={target} id={shown.value} />}
    </Panel>
  );
}

function NoProof() {
  return (
    <p class="quiet">
      None is on record. <code>taskflow-db verify</code> replays every migration on a scratch database, there and back.
    </p>
  );
}

function VerifyButton({ target, onBegun }: { target: string; onBegun: ReturnType<typeof useEnded> }) {
  const isRunning = actions.value.some(({ name, state }) => name === 'verifyMigrations' && state === 'running');
  if (mayAct('operator') !== 'yes') return null;
  return (
    <ActionButton<VerifyResult>
      target={target}
      label="Prove now"
      part="verify"
      body={{}}
      title="Prove the migrations?"
      isHarmless
      because={isRunning ? 'It is under way.' : undefined}
      onBegun={onBegun}
    >
      <p>
        Every migration is applied to scratch databases, undone, and applied again. That takes a while and a scratch
        server; of this database it only reads, and puts the result on record.
      </p>
    </ActionButton>
  );
}

type Proof = NonNullable<ProofAnswer['proof']>;

function LastProof({ target, proof }: { target: string; proof: Proof }) {
  const { ok, at, by, seq, scope, tried, failures, isCurrent, scratch, executionTimeMs } = proof;
  return (
    <>
      <p>
        <Word tone={ok ? 'good' : 'bad'} text={ok ? 'proven' : 'not proven'} /> {count(tried, 'migration')}{' '}
        <Age iso={at} /> by <Shown text={by} />
        {scope !== null && (
          <>
            , <Shown text={scope} />
          </>
        )}{' '}
        <Link to={pathOf(target, 'audit', '', { event: 'verified' })}>#{seq}</Link>
      </p>
      {!isCurrent && (
        <p>
          <Word tone="warn" text="older" /> The files have changed since.
        </p>
      )}
      <Checks
        target={target}
        checks={failures.map(({ check, version, detail }) => ({ name: check, version, detail, state: 'failed' }))}
      />
      <p class="quiet">
        On PostgreSQL <Shown text={scratch} />, in {formatDuration(executionTimeMs)}
      </p>
    </>
  );
}

/** What this page's own run has found, all of it. */
function Found({ target, id }: { target: string; id: string }) {
  const path = targetPath(target, `actions/${encodeURIComponent(id)}`);
  const { now } = useResource<ActionAnswer<VerifyResult>>(path, { isStill: true });
  const { value } = now.value;
  if (value?.problem) return <FaultBox fault={{ ...plainFault(value.problem), status: 0 }} />;
  const checks = value?.result?.checks.filter(({ state }) => state !== 'failed') ?? [];
  if (!value?.result) return null;
  return (
    <details>
      <summary>{count(checks.length, 'remark')} of this run</summary>
      <Checks target={target} checks={checks} />
    </details>
  );
}

function plainFault({ code, message, next }: NonNullable<ActionAnswer['problem']>) {
  return { code, message, ...(next === undefined ? {} : { next }) };
}

const TONES: Readonly<Record<string, Tone>> = { failed: 'bad', 'not-checked': 'warn', note: 'quiet' };

function Checks({ target, checks }: { target: string; checks: VerifyResult['checks'] }) {
  return (
    <ul class="outline">
      {checks.map(({ name, version, state, detail }) => (
        <li key={`${name} ${version} ${detail}`}>
          <Word tone={TONES[state] ?? 'quiet'} text={name} />{' '}
          {version !== null && (
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>
          )}{' '}
          <Shown text={detail} />
        </li>
      ))}
    </ul>
  );
}
