import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isProduction } from '../production.ts';

/** It takes the real locks, and holds all of them to its end: on production only for somebody who says so twice. */
export function refuseProduction(engine: Engine, control: Control): void {
  if (!isProduction(engine, control)) return;
  const { server } = control;
  throw new Problem('confirmation-needed', `${server.database} is marked production: a live dry run locks its tables`, {
    expected: 'the same said twice: --dry-run=live --yes-on-production',
    state: 'Nothing was run.',
    next: ['See the plan without a lock: --dry-run=print', 'Or try it on a copy of the database.'],
  });
}
