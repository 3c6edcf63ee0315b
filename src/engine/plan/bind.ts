import type { Ledger } from '../../ledger/read.ts';
import { type Bound, boundPlan, type PlanChoice, whatMoved } from '../../plan/bound.ts';
import type { UpPlan } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { schemaHash } from './schema-hash.ts';

/** What a plan rests on, as it is now. */
export async function bind(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: UpPlan,
  choice: PlanChoice,
): Promise<Bound> {
  const { database, version } = control.server;
  return boundPlan(plan, ledger.entries, {
    database,
    serverVersion: version,
    trackingSchema: control.names.schema,
    choice,
    schema: await schemaHash(engine, control),
  });
}

/** Refuses with Problem `plan-moved` where anything is otherwise than when the plan was made. */
export async function refuseMoved(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  plan: UpPlan,
  then: Bound,
): Promise<void> {
  const moved = whatMoved(then, await bind(engine, control, ledger, plan, then.choice));
  if (moved.length === 0) return;
  throw new Problem('plan-moved', `the plan does not fit ${control.server.database} any more`, {
    found: moved.join('\n'),
    expected: 'everything as it was when the plan was made',
    state: 'Nothing was run.',
    next: ['Make a new plan and have it reviewed: taskflow-db plan --out FILE'],
  });
}
