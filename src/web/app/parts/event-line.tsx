import type { EventRow } from '../../answers/overview.ts';
import { pathOf } from '../data/place.ts';
import { Link, Shown } from './basics.tsx';
import { EventWord } from './state.tsx';
import { Age } from './time.tsx';

/** Who has asked for it at the console: the actor is the user that the console logs in as. */
function personIn({ console }: EventRow['detail']): string | undefined {
  const { user } = (console ?? {}) as { user?: unknown };
  return typeof user === 'string' ? `${user} at the console` : undefined;
}

/** One event of the audit trail, in a line. */
export function EventLine({ target, event }: { target: string; event: EventRow }) {
  const { seq, at, event: kind, version, actor, detail } = event;
  const said = detail.message ?? detail.reason;
  return (
    <li class="event-line">
      <span class="event-age">
        <Age iso={at} />
      </span>
      <EventWord event={kind} />
      {version !== null && (
        <Link to={pathOf(target, 'migrations', version)}>
          <Shown text={version} />
        </Link>
      )}
      <span class="quiet">
        by <Shown text={personIn(detail) ?? actor} />
        {typeof said === 'string' && (
          <>
            : <Shown text={said.split('\n')[0] ?? ''} />
          </>
        )}
      </span>
      <span class="event-seq quiet">#{seq}</span>
    </li>
  );
}
