import type { SeenRequest } from '../../answers/approvals.ts';
import { pathOf } from '../data/place.ts';
import { ApprovalButtons } from './approval-buttons.tsx';
import { Link, Shown } from './basics.tsx';
import { type Tone, Word } from './state.tsx';
import { count, sentence, timeText } from './words.ts';

const TONES: Readonly<Record<SeenRequest['state'], Tone>> = {
  requested: 'open',
  approved: 'good',
  expired: 'warn',
  rejected: 'bad',
  revoked: 'quiet',
  used: 'quiet',
};

export function isOpen({ state }: SeenRequest): boolean {
  return state === 'requested' || state === 'approved';
}

interface CardProps {
  readonly target: string;
  readonly request: SeenRequest;
  readonly onDone: () => void;
}

/** A request with all that its approval is bound to, and what may be decided on it. */
export function ApprovalCard({ target, request, onDone }: CardProps) {
  const { hash, plan, by, at, comment, state, moved } = request;
  const isVoid = moved !== null && moved.length > 0;
  return (
    <article class="panel approval" aria-label={`Plan ${hash.slice(0, 12)}`}>
      <header class="panel-head">
        <h2>
          {plan.action === 'migrate' ? 'Apply' : 'Roll back'}{' '}
          {count(plan.migrations.length + plan.background.length, 'migration')}
        </h2>
        <Word tone={isVoid ? 'bad' : TONES[state]} text={isVoid ? 'void' : state} />
      </header>
      <p>
        Asked for by{' '}
        <strong>
          <Shown text={by.name} />
        </strong>
        , {timeText(at)}
        {comment !== null && (
          <>
            : <Shown text={comment} />
          </>
        )}
      </p>
      {state !== 'requested' && <Became request={request} />}
      {(moved ?? []).map((one) => (
        <p key={one} class="complaint">
          <Shown text={one} />
        </p>
      ))}
      <PlanFiles target={target} plan={plan} />
      <p class="quiet approval-bound">
        Plan{' '}
        <code title="SHA-256 of all that the approval is bound to">
          <Shown text={hash} />
        </code>
        , on <Shown text={plan.target.database} /> (OID {plan.target.databaseOid}), on top of{' '}
        {count(plan.applied.length, 'applied migration')}
      </p>
      {isOpen(request) && <ApprovalButtons target={target} request={request} onDone={onDone} />}
    </article>
  );
}

/** What has become of it, with the comment of whoever approved. */
function Became({ request: { said, approved } }: { request: SeenRequest }) {
  return (
    <p>
      <Shown text={sentence(said)} />
      {approved?.comment != null && (
        <>
          {' '}
          “<Shown text={approved.comment} />”
        </>
      )}
    </p>
  );
}

function PlanFiles({ target, plan }: { target: string; plan: SeenRequest['plan'] }) {
  const { manner, action } = plan;
  const how = [
    manner.singleTransaction && 'All of it in one transaction.',
    !manner.keeps && 'Data that it destroys is not kept.',
    action === 'rollback' && (manner.putsBack ? 'Kept data is put back.' : 'Kept data is not put back.'),
    manner.forced.length > 0 && `Forced, though in use: ${manner.forced.join(', ')}.`,
  ].filter((one) => one !== false);
  return (
    <>
      <ol class="outline approval-files">
        {[...plan.migrations, ...plan.background].map(({ version, checksum, stepsDone }) => (
          <li key={version}>
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>
            {stepsDone > 0 && <span class="quiet"> from step {stepsDone + 1} on</span>}{' '}
            <code class="quiet" title={`SHA-256 of the file: ${checksum}`}>
              {checksum.slice(0, 12)}
            </code>
          </li>
        ))}
      </ol>
      {how.map((one) => (
        <p key={one} class="quiet">
          <Shown text={one} />
        </p>
      ))}
    </>
  );
}
