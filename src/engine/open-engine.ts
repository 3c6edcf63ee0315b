import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { gitCommitOf } from '../files/git-commit.ts';
import type { TargetFlags } from '../postgres/target/inputs.ts';
import { machineInputs } from '../postgres/target/process.ts';
import { resolveTarget } from '../postgres/target/resolve.ts';
import { type ConnectionTarget, describeTarget, secretsOf } from '../postgres/target/target.ts';
import { Problem } from '../problem/problem.ts';
import type { Emit } from '../report/events.ts';
import type { Engine } from './engine.ts';
import { openSession } from './sessions.ts';

export interface EngineInputs {
  readonly settings: Settings;
  readonly flags: TargetFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly toolVersion: string;
  /** Who has started it: what approvals go by. Undefined: the user that logs in to the database. */
  readonly by?: string | undefined;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly live: boolean;
  /** This command may make and start the embedded database. */
  readonly mayCreateEmbedded: boolean;
  /** Hides the secrets that it was told of. */
  readonly mask: (text: string) => string;
  /** Told of every secret, before anything could show it; `shownAnyway`: names that are no secret even if they equal it. */
  readonly onSecret: (secret: string, shownAnyway?: readonly string[]) => void;
}

/** Finds the target, starts the embedded server where that is meant, and makes the engine that works on it. */
export async function openEngine(inputs: EngineInputs): Promise<Engine> {
  const target = await findTarget(inputs);
  const hide = (secret: string) => inputs.onSecret(secret, [target.user, target.database]);
  for (const secret of secretsOf(target)) hide(secret);
  for (const message of target.warnings) inputs.emit({ kind: 'warning', message });
  return {
    settings: inputs.settings,
    cwd: inputs.cwd,
    emit: inputs.emit,
    signal: inputs.signal,
    live: inputs.live,
    mask: inputs.mask,
    target,
    env: inputs.env,
    run: {
      runId: randomUUID(),
      host: hostname(),
      toolVersion: inputs.toolVersion,
      gitCommit: gitCommitOf(inputs.settings.directories[0] ?? inputs.cwd),
      by: inputs.by,
    },
    connect: (purpose, database = target.database) =>
      openSession(onDatabase(target, database), {
        applicationName: `taskflow-db ${purpose}`,
        onSecret: hide,
        signal: inputs.signal,
      }),
  };
}

/** The database that an engine works on, for people: `127.0.0.1:5432/taskflow_db as app`. */
export function describeEngine({ target }: Pick<Engine, 'target'>): string {
  return describeTarget(target);
}

/** The name of the database that would be worked on; undefined where none is named. Nothing is connected to or started. */
export function namedDatabase({
  env,
  flags,
  settings,
}: Pick<EngineInputs, 'env' | 'flags' | 'settings'>): string | undefined {
  return resolveTarget(machineInputs(env, flags, settings.environment))?.database;
}

/** The same value where it is the same database: a password that a command prints is asked for once a target. */
function onDatabase(target: ConnectionTarget, database: string): ConnectionTarget {
  return database === target.database ? target : { ...target, database };
}

async function findTarget(inputs: EngineInputs): Promise<ConnectionTarget> {
  const named = resolveTarget(machineInputs(inputs.env, inputs.flags, inputs.settings.environment));
  if (named) {
    inputs.emit({ kind: 'target', description: describeTarget(named), embedded: false, created: false });
    return named;
  }
  if (!inputs.settings.embedded || inputs.env.NODE_ENV === 'production') throw noTarget(inputs);
  return embeddedTarget(inputs);
}

async function embeddedTarget(inputs: EngineInputs): Promise<ConnectionTarget> {
  const { embeddedState, startEmbedded } = await import('../embedded/index.ts');
  const options = { dataRoot: join(inputs.settings.root, '.taskflow') };
  const absent = !inputs.mayCreateEmbedded && (await embeddedState(options)).state === 'absent';
  if (absent) throw embeddedAbsent();
  const server = await startEmbedded(options, (message) => inputs.emit({ kind: 'note', message }));
  const description = `embedded PostgreSQL ${server.serverVersion} in .taskflow/`;
  inputs.emit({ kind: 'target', description, embedded: true, created: server.created });
  const flags = { host: server.host, port: String(server.port), user: server.user, database: server.database };
  const target = resolveTarget(machineInputs({}, flags));
  return target!;
}

function embeddedAbsent(): Problem {
  return new Problem('target-missing', 'no database is named, and the embedded one is not made yet', {
    state: 'Nothing was read or changed.',
    next: ['Make it: taskflow-db migrate (or: taskflow-db db start)', 'Or name a database: --database taskflow_db'],
  });
}

function noTarget({ settings, env }: EngineInputs): Problem {
  const barred = settings.embedded && env.NODE_ENV === 'production';
  return new Problem('target-missing', 'no database is named', {
    ...(barred ? { found: 'NODE_ENV=production, where the embedded database is not used' } : {}),
    expected:
      'one of: --host/--port/--database/--user, DATABASE_URL, DB_HOST ... DB_NAME, PGHOST ... PGDATABASE, --env NAME',
    state: 'Nothing was read or changed.',
    next: [
      'For example: --database taskflow_db',
      ...(barred ? [] : ['Or let the configuration say "embedded": true, for a database of its own in .taskflow/.']),
    ],
  });
}
