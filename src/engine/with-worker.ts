import type { Session } from '../postgres/session.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { Worker } from './worker.ts';

/** Makes the session that runs people's SQL. */
export type ConnectWorker = () => Promise<Session>;

/**
 * Opens the session that runs people's SQL, and closes it whatever happens. When the person wants to stop, the statement
 * that is running is cancelled on the server, which rolls its transaction back.
 */
export async function withWorker<T>(
  engine: Engine,
  control: Control,
  use: (worker: Worker) => Promise<T>,
  connect: ConnectWorker = () => connectWorker(engine),
): Promise<T> {
  const session = await connect();
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

/**
 * Runs `use` while, if it will be `wanted`, the session for the worker is already being made: on a distant server that takes several round trips, as
 * many as there are to do before it is needed. `connect` gives that session once, then new ones; if nobody has asked for it,
 * it is closed.
 */
export async function connectingAhead<T>(
  engine: Engine,
  wanted: boolean,
  use: (connect: ConnectWorker) => Promise<T>,
): Promise<T> {
  let ahead = wanted ? connectWorker(engine) : undefined;
  ahead?.catch(() => {}); // told where the session is asked for
  const connect = () => {
    const session = ahead ?? connectWorker(engine);
    ahead = undefined;
    return session;
  };
  try {
    return await use(connect);
  } finally {
    await ahead?.then((session) => session.end()).catch(() => {});
  }
}

function connectWorker(engine: Engine): Promise<Session> {
  return engine.connect('migration');
}
