import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ApprovalsAnswer } from '../../answers/approvals.ts';
import { act } from '../data/actions.ts';
import { Refused, targetPath } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { messageOf } from '../data/session.ts';
import { Shown } from './basics.tsx';
import { ReasonField } from './reason-field.tsx';
import { sentence } from './words.ts';

interface ApprovalProps {
  readonly target: string;
  /** Which way back, as the API takes it. */
  readonly query: Readonly<Record<string, string>>;
  /** Told whether it may be run, as far as approvals go. */
  readonly onKnown: (mayRun: boolean) => void;
}

/** In the question before a rollback: how it stands with its approval, and asking for one. Nothing where none is needed. */
export function RollBackApproval({ target, query, onKnown }: ApprovalProps) {
  const choice = { action: 'rollback', ...query };
  const { now, refresh } = useResource<ApprovalsAnswer>(targetPath(target, 'approvals', choice));
  const { value, fault } = now.value;
  const { required, current } = value ?? {};
  // Where it is not known, the server knows.
  const mayRun = value ? !required || !current || current.mayRun : fault !== undefined;
  useEffect(() => onKnown(mayRun), [mayRun]);
  if (!required || !current) return null;
  const isOpen = value?.requests.some(
    ({ seq, state }) => seq === current.request && (state === 'requested' || state === 'approved'),
  );
  return (
    <section class="approval" aria-label="Approval">
      <p class={current.mayRun ? '' : 'complaint'}>
        {!current.mayRun && 'It needs the approval of another person. '}
        <Shown text={sentence(current.said)} />
      </p>
      {!isOpen && <Ask target={target} choice={choice} hash={current.hash} onDone={refresh} />}
    </section>
  );
}

interface AskProps {
  readonly target: string;
  readonly choice: Readonly<Record<string, string>>;
  readonly hash: string;
  readonly onDone: () => void;
}

function Ask({ target, choice, hash, onDone }: AskProps) {
  const [reason, fault, isBusy] = [useSignal(''), useSignal(''), useSignal(false)];
  const ask = async () => {
    isBusy.value = true;
    fault.value = '';
    try {
      const said = reason.value.trim() === '' ? {} : { reason: reason.value };
      const { problem } = await act(target, 'approvals/request', { ...choice, hash, ...said });
      fault.value = problem?.message ?? '';
      onDone();
    } catch (error) {
      fault.value = error instanceof Refused ? error.fault.message : messageOf(error);
    }
    isBusy.value = false;
  };
  return (
    <>
      <ReasonField
        label="What is it for?"
        text={reason.value}
        onText={(text) => {
          reason.value = text;
        }}
      />
      {fault.value !== '' && (
        <p class="complaint" role="alert">
          <Shown text={fault.value} />
        </p>
      )}
      <button type="button" disabled={isBusy.value} onClick={() => void ask()}>
        Ask for approval
      </button>
    </>
  );
}
