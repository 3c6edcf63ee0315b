import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { Worker } from './worker.ts';

/**
 * Opens the session that runs people's SQL, and closes it whatever happens. When the person wants to stop, the statement
 * that is running is cancelled on the server, which rolls its transaction back.
 */
export async function withWorker<T>(engine: Engine, control: Control, use: (worker: Worker) => Promise<T>): Promise<T> {
  const session = await engine.connect('migration');
  if (control.server.pooled) session.behindPooler();
  const cancel = () => void session.cancel();
  engine.signal.addEventListener('abort', cancel);
  try {
    return await use(new Worker(engine, control, session));
  } finally {
    engine.signal.removeEventListener('abort', cancel);
    await session.end();
  }
}
