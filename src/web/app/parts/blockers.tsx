import type { BlockerAnswer } from '../../answers/run.ts';
import { ActionButton } from './action-button.tsx';
import { Shown } from './basics.tsx';
import { formatDuration } from './words.ts';

/** Who is in the way, each with what is known of it, and what an operator may do about it. */
export function Blockers(props: { target: string; blockers: readonly BlockerAnswer[]; ageMs: number }) {
  const { target, blockers, ageMs } = props;
  if (blockers.length === 0) return <p class="quiet">Who is in the way has not been seen.</p>;
  return (
    <div class="scrolls" tabIndex={0}>
      <table class="table blockers" aria-label="Who is in the way">
        <thead>
          <tr>
            <th scope="col">Process</th>
            <th scope="col">Who</th>
            <th scope="col">State</th>
            <th scope="col">Transaction</th>
            <th scope="col">Query</th>
            <th scope="col" aria-label="Actions" />
          </tr>
        </thead>
        <tbody>
          {blockers.map((one) => (
            <BlockerRow key={`${one.pid} ${one.transaction}`} target={target} blocker={one} ageMs={ageMs} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BlockerRow({ target, blocker, ageMs }: { target: string; blocker: BlockerAnswer; ageMs: number }) {
  const { pid, gid, user, application, client, state, transactionAgeMs, stateAgeMs, query, isAutovacuum } = blocker;
  return (
    <tr>
      <th scope="row">
        {pid === null ? (
          <>
            prepared <Shown text={gid ?? ''} />
          </>
        ) : (
          `pid ${pid}`
        )}
      </th>
      <td>
        <Shown text={isAutovacuum ? 'autovacuum' : (user ?? 'not visible')} />
        {application !== null && application !== '' && (
          <div>
            <Shown text={application} />
          </div>
        )}
        {client !== null && client !== '' && <div class="quiet">{client}</div>}
      </td>
      <td>
        {state ?? (pid === null ? 'prepared' : 'not visible')}
        {stateAgeMs !== null && <div class="quiet">for {formatDuration(stateAgeMs + ageMs)}</div>}
      </td>
      <td class="elapsed">{transactionAgeMs === null ? 'not visible' : formatDuration(transactionAgeMs + ageMs)}</td>
      <td class="c-sql">
        {query === null ? (
          <span class="quiet">not visible</span>
        ) : (
          <code class="query">
            <Shown text={query} />
          </code>
        )}
      </td>
      <td>{pid !== null && <EndBlocker target={target} blocker={blocker} pid={pid} />}</td>
    </tr>
  );
}

/** What ends the wait for this one: its statement if it works, its session if it does nothing. */
function EndBlocker({ target, blocker, pid }: { target: string; blocker: BlockerAnswer; pid: number }) {
  const { state, transaction, user, application, endedBy } = blocker;
  const isActive = state === 'active';
  return (
    <ActionButton
      target={target}
      label={isActive ? 'Cancel its statement' : 'End its session'}
      part={`run/blockers/${pid}`}
      body={{ transaction }}
      title={`${isActive ? 'Cancel the statement' : 'End the session'} of server process ${pid}?`}
      isDangerous
      because={endedBy === 'this role' ? undefined : 'The role of this console may not.'}
    >
      <p>
        It is of <Shown text={user ?? 'somebody'} />
        {application !== null && application !== '' && (
          <>
            {' '}
            (<Shown text={application} />)
          </>
        )}
        . Its transaction is rolled back: what it has done is lost. It is put on record who did that.
      </p>
    </ActionButton>
  );
}
