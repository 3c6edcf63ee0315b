import type { Session } from '../../postgres/session.ts';
import { childEnvironment } from '../../postgres/target/child-environment.ts';
import { Problem } from '../../problem/problem.ts';
import type { Engine, SessionPurpose } from '../engine.ts';

/**
 * The environment of pg_dump, pg_restore and their like, in which they connect to the server of that session as we did.
 * `about`: another database of that server, and how its sessions are called. Nothing of it belongs into an argument or a message.
 */
export async function programEnvironment(
  { target, env }: Engine,
  session: Session,
  about: { readonly database?: string; readonly purpose?: SessionPurpose } = {},
): Promise<Record<string, string>> {
  const { reached } = session;
  if (!reached) throw new Problem('internal', 'the session does not say which server it is of');
  const password = target.passwordCommand && (await passwordOf(target, target.passwordCommand));
  const { database, purpose = 'backup' } = about;
  return childEnvironment(target, env, { reached, password, database, applicationName: `taskflow-db ${purpose}` });
}

async function passwordOf(target: Engine['target'], command: readonly string[]): Promise<string> {
  const { passwordFromCommand } = await import('../../postgres/connect/password-command.ts');
  return (await passwordFromCommand(target, command)).reveal();
}
