import type { ApprovalsAnswer } from '../../answers/approvals.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { ApprovalCard, isOpen } from '../parts/approval-card.tsx';
import { FaultBox, Link, Loading } from '../parts/basics.tsx';

/** What waits for the second person, and what became of the rest; with the beginning of a `hash`, that plan alone. */
export function ApprovalsScreen({ target, hash }: { target: string; hash: string }) {
  const { now, refresh } = useResource<ApprovalsAnswer>(targetPath(target, 'approvals'));
  const { value, fault } = now.value;
  return (
    <div class="screen">
      <h1>Approvals</h1>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the approvals" />}
      {value && <Approvals target={target} hash={hash} approvals={value} onDone={refresh} />}
    </div>
  );
}

interface Props {
  readonly target: string;
  readonly hash: string;
  readonly approvals: ApprovalsAnswer;
  readonly onDone: () => void;
}

function Approvals({ target, hash, approvals, onDone }: Props) {
  const { required, identifiedBy, hours, more } = approvals;
  const requests = approvals.requests.filter((one) => one.hash.startsWith(hash));
  const open = requests.filter(isOpen);
  const ended = requests.filter((one) => !isOpen(one));
  const cards = (some: typeof requests) =>
    some.map((request) => <ApprovalCard key={request.seq} target={target} request={request} onDone={onDone} />);
  return (
    <>
      <p class="quiet">
        {required
          ? `Nothing is applied or rolled back here without the approval of a second person, ${
              identifiedBy === 'role' ? 'who logs in to the database with a role of their own, ' : ''
            }of exactly that plan. It holds for one run, within ${hours} hours.`
          : 'This database does not require approvals.'}
      </p>
      {hash !== '' && (
        <p>
          {requests.length === 0 && 'There is no request of that plan any more. '}
          <Link to={pathOf(target, 'approvals')}>All requests</Link>
        </p>
      )}
      {hash === '' && open.length === 0 && (
        <p>
          Nobody waits for an approval. A run is asked for from <Link to={pathOf(target, 'plan')}>its plan</Link>.
        </p>
      )}
      {cards(open)}
      {ended.length > 0 && <h2 class="apart">Ended</h2>}
      {cards(ended)}
      {hash === '' && more && <p class="quiet">Older ones are in the audit trail.</p>}
    </>
  );
}
