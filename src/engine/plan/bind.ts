import type { Ledger } from '../../ledger/read.ts';
import {
  type Bound,
  boundPlan,
  type PlanBasis,
  type PlanChoice,
  type PlanTarget,
  whatMoved,
} from '../../plan/bound.ts';
import type { UpPlan } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { searchPathInForce } from '../search-path.ts';
import { schemaHash } from './schema-hash.ts';

/** What a plan rests on, as it is now. `schema`: what `schemaHash` said, or null. */
export async function bind(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: UpPlan,
  { choice, schema }: { choice: PlanChoice; schema: PlanBasis['schema'] },
): Promise<PlanBasis> {
  const searchPath = await searchPathInForce(engine.settings, control);
  return boundPlan(plan, ledger.entries, { ...(await targetOf(engine, control, searchPath)), choice, schema });
}

/** Which database a plan is for. */
export async function targetOf({ settings }: Engine, control: Control, searchPath: string): Promise<PlanTarget> {
  const { database, version } = control.server;
  const [row] = await control.session.query(
    'SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()',
  );
  return {
    database,
    databaseOid: row?.oid ?? '',
    systemIdentifier: await systemIdentifierOf(control),
    serverVersion: version,
    role: settings.role ?? null,
    searchPath,
    trackingSchema: control.names.schema,
  };
}

/** Null where an administrator has forbidden it to ordinary roles. */
async function systemIdentifierOf({ session }: Control): Promise<string | null> {
  const [row] = await session
    .query('SELECT system_identifier AS system FROM pg_catalog.pg_control_system()')
    .catch(() => []);
  return row?.system ?? null;
}

/** Refuses with Problem `plan-moved` where anything is otherwise than when the plan was made. */
export async function refuseMoved(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: UpPlan,
  then: Bound,
): Promise<void> {
  const now = await bind(engine, control, ledger, plan, then);
  refuse(control, whatMoved(then, now));
  // Last, as it takes longest and may have to wait: where nothing is left to do it does not matter.
  if (now.migrations.length === 0) return;
  refuse(control, whatMoved(then, { ...now, schema: await schemaHash(engine, control) }));
}

function refuse(control: Control, moved: readonly string[]): void {
  if (moved.length > 0) throw movedProblem(control, moved);
}

/** `moved`: what is otherwise, one sentence each. */
export function movedProblem({ server }: Pick<Control, 'server'>, moved: readonly string[]): Problem {
  return new Problem('plan-moved', `the plan does not fit ${server.database} any more`, {
    found: moved.join('\n'),
    expected: 'everything as it was when the plan was made',
    state: 'Nothing was run.',
    next: ['Make a new plan and have it reviewed: taskflow-db plan --out FILE'],
  });
}
