import { cancel, connect, reachedHost } from '../postgres/connect.ts';
import { type DriverClient, Session } from '../postgres/session.ts';
import type { ConnectionTarget } from '../postgres/target/target.ts';

export interface SessionOptions {
  /** What pg_stat_activity shows. */
  readonly applicationName: string;
  /** Told of a password that only a command knew, before it is used. */
  readonly onSecret: (secret: string) => void;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
}

/** One session of a target. Rejects as `connect` does. */
export async function openSession(target: ConnectionTarget, options: SessionOptions): Promise<Session> {
  const client = await connect(target, options);
  return new Session(client as unknown as DriverClient, () => cancel(client), reachedHost(client));
}
