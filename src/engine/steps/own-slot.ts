import type { Problem } from '../../problem/problem.ts';
import { outsideWork } from '../../sql/outside.ts';
import { WORKER_NAME } from '../locks/look.ts';
import { meanwhile } from '../meanwhile.ts';
import type { StepRun } from './step-run.ts';

const LOOK_EVERY_MS = 1000;

/**
 * Sends a statement; a CREATE SUBSCRIPTION to a publisher on the very same server is cancelled when it is seen to wait for
 * itself, which the server does not notice: the slot waits for every transaction to end, that of the statement too, and the
 * statement for the slot (manual, CREATE SUBSCRIPTION, "Notes"). Seen where this role may see what walsenders do.
 */
export async function sendWatchingSlot(
  run: StepRun,
  sql: string,
  send: () => Promise<Problem | undefined>,
): Promise<Problem | undefined> {
  const work = outsideWork(sql);
  if (work.kind !== 'create' || work.object !== 'subscription') return send();
  let cancelled = false;
  const look = async () => {
    cancelled = (await cancelOwnSlot(run)) || cancelled;
  };
  const problem = await meanwhile(LOOK_EVERY_MS, look, send);
  return problem && cancelled ? waitsForItself(problem, work.name) : problem;
}

async function cancelOwnSlot({ control, worker }: StepRun): Promise<boolean> {
  const pid = control.server.pooled ? null : String(worker.session.backendPid);
  const rows = await control.session.query(CANCEL, [pid, WORKER_NAME]);
  return rows.some((row) => row.done === 't');
}

const CANCEL = `SELECT pg_catalog.pg_cancel_backend(w.pid) AS done FROM pg_catalog.pg_stat_activity AS a
CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) AS w (pid)
WHERE a.backend_type = 'walsender' AND a.wait_event_type = 'Lock' AND (w.pid = $1::integer OR $1 IS NULL AND w.pid IN
  (SELECT s.pid FROM pg_catalog.pg_stat_activity AS s WHERE s.application_name = $2 AND s.datname = pg_catalog.current_database()))`;

function waitsForItself(problem: Problem, name: string): Problem {
  const slot = name.replaceAll("'", "''");
  return problem.with({
    found:
      'the publisher is on this very server: its slot waits for this statement to end, and the statement for the slot',
    next: [
      `Make the slot first, in the publisher's database: SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput');`,
      'Write WITH (create_slot = false) in the statement, then run migrate again.',
    ],
  });
}
