import { moveFenceItems, type Runner, readRunner } from '../../ledger/lease.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { pause } from '../pause.ts';
import { lostLease } from './reconnect.ts';
import { endSession } from './waiting.ts';

/** A server process whose client is gone needs one second, with client_connection_check_interval, to end by itself. */
const PATIENCE_MS = 15_000;
/** And this long once it is told to end. */
const END_MS_MAX = 10_000;

/**
 * The connection that ran people's SQL is lost to this run, perhaps not to the server (a load balancer forgets a quiet
 * connection, a cable is pulled): the transaction goes on there and would commit, beside another try of the same. Waits for
 * its end, then ends it; afterwards nothing that was sent before can begin (moveFenceItems). Throws `runner-busy` where it
 * does not end, `taken-over` where another run has the lease.
 */
export async function endOpenTransaction(engine: Engine, control: Control): Promise<void> {
  const begun = performance.now();
  let ended: number | undefined;
  while (!(await movedFence(engine, control))) {
    const now = performance.now();
    if (ended !== undefined && now - ended > END_MS_MAX)
      throw stillOpen(await readRunner(control.session, control.names));
    if (ended === undefined && now - begun > PATIENCE_MS) {
      ended = now;
      await endLeftOver(engine, control);
    }
    await pause(200, engine.signal);
  }
}

async function movedFence(engine: Engine, control: Control): Promise<boolean> {
  const { results } = await control.session.batch([moveFenceItems(control.names, engine.run.runId)]);
  const [moved, held] = results[0]!.map(({ rows }) => rows[0]);
  if (!held) throw lostLease();
  if (moved) control.fence = moved.fence ?? undefined;
  return moved !== undefined;
}

async function endLeftOver(engine: Engine, control: Control): Promise<void> {
  const pid = (await readRunner(control.session, control.names))?.worker?.pid;
  if (pid === undefined || !(await endSession(control, String(pid)))) return;
  engine.emit({
    kind: 'note',
    message: `ended the session (pid ${pid}) that worked on in the server without this run`,
  });
}

function stillOpen(runner: Runner | undefined): Problem {
  const pid = runner?.worker?.pid;
  return new Problem(
    'runner-busy',
    'the connection was lost, and the transaction that it ran is still open in the server',
    {
      state: 'Either all of that transaction will be there, record included, or nothing.',
      next: [
        ...(pid === undefined ? [] : [`If it is stuck: SELECT pg_terminate_backend(${pid});`]),
        'Run the command again: it waits for the end of that transaction.',
      ],
    },
  );
}
