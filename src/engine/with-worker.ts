import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { Worker } from './worker.ts';

/**
 * Opens the session that runs people's SQL, and closes it whatever happens. When the person wants to stop, the statement
 * that is running is cancelled on the server, which rolls its transaction back.
 */
export async function withWorker<T>(engine: Engine, control: Control, use: (worker: Worker) => Promise<T>): Promise<T> {
  const session = await engine.connect('migration');
  const cancel = () => {
    const pid = String(session.backendPid);
    control.session.query('SELECT pg_catalog.pg_cancel_backend($1::integer)', [pid]).catch(() => session.destroy());
  };
  engine.signal.addEventListener('abort', cancel);
  try {
    return await use(new Worker(engine, session));
  } finally {
    engine.signal.removeEventListener('abort', cancel);
    await session.end();
  }
}
