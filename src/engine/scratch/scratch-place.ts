import { join } from 'node:path';
import { machineInputs } from '../../postgres/target/process.ts';
import { resolveTarget } from '../../postgres/target/resolve.ts';
import { type ConnectionTarget, describeTarget, secretsOf } from '../../postgres/target/target.ts';
import { Problem } from '../../problem/problem.ts';
import type { EngineInputs } from '../open-engine.ts';

/** What scratch databases are made with: as for an engine, but another server may be meant than the target's. */
export interface ScratchInputs
  extends Pick<EngineInputs, 'settings' | 'env' | 'cwd' | 'toolVersion' | 'emit' | 'signal' | 'mask' | 'onSecret'> {
  /** Where databases may be made and dropped; absent: the settings' `scratch`, else the embedded server. */
  readonly url?: string | undefined;
}

/** The server where scratch databases are made, by the database to connect to for that. */
export interface ScratchPlace {
  readonly target: ConnectionTarget;
  /** It is the project's own server, where we are the only administrator. */
  readonly embedded: boolean;
  /** For people. */
  readonly description: string;
}

/** Finds the server, and starts the embedded one where that is meant. Tells of secrets before anything could show them. */
export async function findPlace(inputs: ScratchInputs): Promise<ScratchPlace> {
  const url = inputs.url ?? inputs.settings.scratch;
  const place = url === undefined ? await embeddedPlace(inputs) : namedPlace(inputs, url);
  const { target } = place;
  for (const secret of secretsOf(target)) inputs.onSecret(secret, [target.user, target.database]);
  for (const message of target.warnings) inputs.emit({ kind: 'warning', message });
  return place;
}

function namedPlace({ env }: ScratchInputs, url: string): ScratchPlace {
  const target = resolveTarget(machineInputs(passwordsOnly(env), { database: url }));
  if (target) return { target, embedded: false, description: describeTarget(target) };
  throw new Problem('target-invalid', 'the scratch server is not named', {
    found: JSON.stringify(url),
    expected: 'a connection string, such as postgresql://postgres@localhost/postgres',
  });
}

/** Variables that name a target name the one that is worked on, not this one. */
function passwordsOnly(env: ScratchInputs['env']): ScratchInputs['env'] {
  const names = /^(HOME|USER|PGPASSWORD|PGPASSFILE|PGSERVICEFILE|PGSYSCONFDIR|PGSSL.*|PGCONNECT_TIMEOUT)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.test(name)));
}

async function embeddedPlace({ settings, emit }: ScratchInputs): Promise<ScratchPlace> {
  const { startEmbedded } = await import('../../embedded/index.ts');
  const options = { dataRoot: join(settings.root, '.taskflow') };
  const server = await startEmbedded(options, (message) => emit({ kind: 'note', message })).catch(withOtherWay);
  const flags = { host: server.host, port: String(server.port), user: server.user, database: 'postgres' };
  const target = resolveTarget(machineInputs({}, flags))!;
  return { target, embedded: true, description: `embedded PostgreSQL ${server.serverVersion} in .taskflow/` };
}

function withOtherWay(error: unknown): never {
  if (!(error instanceof Problem)) throw error;
  const way = 'Or name a server where databases may be made: --scratch URL';
  throw error.with({ state: 'Nothing was compared or proven.', next: [...(error.fields.next ?? []), way] });
}
