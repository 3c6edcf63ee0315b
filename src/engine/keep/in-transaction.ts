import type { Session } from '../../postgres/session.ts';
import type { Worker } from '../worker.ts';

/** Runs `use` in a transaction of the run: under its lease, its role and its settings. */
export async function inTransaction<T>(worker: Worker, use: (session: Session) => Promise<T>): Promise<T> {
  await worker.session.batch([worker.begin(false).map(({ item }) => item)]);
  try {
    const result = await use(worker.session);
    await worker.session.batch([worker.commit().map(({ item }) => item)]);
    return result;
  } catch (error) {
    await worker.rollback();
    throw error;
  }
}
