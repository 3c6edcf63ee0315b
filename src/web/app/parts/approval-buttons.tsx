import { useSignal } from '@preact/signals';
import type { SeenRequest } from '../../answers/approvals.ts';
import { ActionButton } from './action-button.tsx';
import { ReasonField } from './reason-field.tsx';
import { sentence } from './words.ts';

interface ButtonsProps {
  readonly target: string;
  readonly request: SeenRequest;
  readonly onDone: () => void;
}

/**
 * What may be decided on a request, by who has the role; who may not approve is told why. Whoever has asked takes it back in place of
 * rejecting it.
 */
export function ApprovalButtons({ target, request, onDone }: ButtonsProps) {
  const { state, whyNotApprove, moved } = request;
  const isVoid = moved !== null && moved.length > 0;
  const why = isVoid ? 'It is void.' : whyNotApprove === null ? undefined : sentence(whyNotApprove);
  return (
    <p class="actions">
      {state === 'requested' && (
        <>
          <Decide target={target} request={request} verb="Approve" who="approver" because={why} onDone={onDone} />
          <Decide target={target} request={request} verb="Reject" who="approver" needsReason onDone={onDone} />
        </>
      )}
      {(state === 'approved' || whyNotApprove !== null) && (
        <Decide target={target} request={request} verb="Revoke" who="operator" needsReason onDone={onDone} />
      )}
    </p>
  );
}

const LABELS = { Approve: 'Comment', Reject: 'Why not?', Revoke: 'Why?' } as const;

interface DecideProps extends ButtonsProps {
  readonly verb: keyof typeof LABELS;
  readonly who: 'operator' | 'approver';
  readonly needsReason?: boolean;
  readonly because?: string | undefined;
}

function Decide({ target, request, verb, who, needsReason = false, because, onDone }: DecideProps) {
  const reason = useSignal('');
  const { action, migrations, background } = request.plan;
  const versions = [...migrations, ...background].map(({ version }) => version);
  return (
    <ActionButton
      target={target}
      label={verb}
      role={who}
      part={`approvals/${request.hash}/${verb.toLowerCase()}`}
      body={reason.value.trim() === '' ? {} : { reason: reason.value }}
      title={`${verb} the ${action} of ${versions.length === 1 ? versions[0] : `${versions.length} migrations`}?`}
      isDangerous={verb !== 'Approve'}
      isHarmless={verb !== 'Approve'}
      isIncomplete={needsReason && reason.value.trim() === ''}
      because={because}
      onBegun={onDone}
    >
      {verb === 'Approve' && <p>Exactly this plan may then be run, once, by another person.</p>}
      <ReasonField
        label={LABELS[verb]}
        text={reason.value}
        onText={(text) => {
          reason.value = text;
        }}
      />
    </ActionButton>
  );
}
