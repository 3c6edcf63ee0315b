import { useSignal } from '@preact/signals';
import type { ApprovalsAnswer } from '../../answers/approvals.ts';
import { pathOf } from '../data/place.ts';
import { ActionButton } from './action-button.tsx';
import { Link, Panel, Shown } from './basics.tsx';
import { ReasonField } from './reason-field.tsx';
import { type Tone, Word } from './state.tsx';
import { sentence } from './words.ts';

/** Why the plan that is shown cannot be applied; undefined: as far as approvals go, it can. */
export function whyNotApply(approvals: ApprovalsAnswer | undefined): string | undefined {
  const { required, current } = approvals ?? {};
  if (!required || !current || current.mayRun) return undefined;
  return 'It needs the approval of another person.';
}

interface ApprovalProps {
  readonly target: string;
  /** What would be run, as the API takes it: `{ to: '012' }`, `{ action: 'rollback', version: '012' }`. */
  readonly choice: Readonly<Record<string, string>>;
  readonly approvals: ApprovalsAnswer | undefined;
  readonly onDone: () => void;
}

/** How it stands with the approval of what the screen shows; nothing where none is needed and nobody has asked for one. */
export function PlanApproval({ target, choice, approvals, onDone }: ApprovalProps) {
  const current = approvals?.current;
  if (!approvals || !current || (!approvals.required && current.request === null)) return null;
  const request = approvals.requests.find(({ seq }) => seq === current.request);
  const isAsked = request !== undefined && (request.state === 'requested' || request.state === 'approved');
  const [tone, word]: [Tone, string] = current.mayRun
    ? ['good', 'approved']
    : request?.state === 'requested'
      ? ['open', 'needs approval']
      : ['warn', 'needs approval'];
  return (
    <Panel title="Approval" aside={<Word tone={tone} text={approvals.required ? word : 'not needed'} />}>
      <p>
        <Shown text={sentence(current.said)} />
      </p>
      <p class="quiet">
        Plan <code title={current.hash}>{current.hash.slice(0, 12)}</code>
      </p>
      <p class="actions">
        {isAsked ? (
          <Link to={pathOf(target, 'approvals', current.hash.slice(0, 12))}>See the request</Link>
        ) : (
          <Ask target={target} choice={choice} hash={current.hash} onDone={onDone} />
        )}
      </p>
    </Panel>
  );
}

function Ask({ target, choice, hash, onDone }: Omit<ApprovalProps, 'approvals'> & { hash: string }) {
  const reason = useSignal('');
  return (
    <ActionButton
      target={target}
      label="Ask for approval"
      part="approvals/request"
      body={{ ...choice, hash, ...(reason.value.trim() === '' ? {} : { reason: reason.value }) }}
      title="Ask another person to approve this plan?"
      isHarmless
      onBegun={onDone}
    >
      <ReasonField
        label="What is it for?"
        text={reason.value}
        onText={(text) => {
          reason.value = text;
        }}
      />
    </ActionButton>
  );
}
