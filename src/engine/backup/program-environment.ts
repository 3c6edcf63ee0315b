import type { Session } from '../../postgres/session.ts';
import { childEnvironment } from '../../postgres/target/child-environment.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';

/**
 * The environment of pg_dump, pg_restore and their like, in which they connect to the server of that session as we did.
 * `database`: another one of that server. Nothing of it belongs into an argument or a message.
 */
export async function programEnvironment(
  { target, env }: Engine,
  session: Session,
  database?: string,
): Promise<Record<string, string>> {
  const { reached } = session;
  if (!reached) throw new Problem('internal', 'the session does not say which server it is of');
  const password = target.passwordCommand && (await passwordOf(target, target.passwordCommand));
  return childEnvironment(target, env, { reached, password, database, applicationName: 'taskflow-db backup' });
}

async function passwordOf(target: Engine['target'], command: readonly string[]): Promise<string> {
  const { passwordFromCommand } = await import('../../postgres/connect/password-command.ts');
  return (await passwordFromCommand(target, command)).reveal();
}
