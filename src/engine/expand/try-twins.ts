import type { ExpandPlan } from '../../expand/plan.ts';
import { twinsOf } from '../../expand/twins.ts';
import type { Session } from '../../postgres/session.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { refusing } from './read-values.ts';

const PROBE = 'pg_temp.taskflow_probe';

/**
 * Makes on an empty temporary table what the files make on the real one, in a transaction that is rolled back: what does not
 * fit the new type is known before anything is written. Problem `expand-refused`, which names it.
 */
export async function tryTwins(session: Session, plan: ExpandPlan): Promise<void> {
  const { table, fresh } = plan;
  const collate = fresh.collation === null ? '' : ` COLLATE ${fresh.collation}`;
  const column = displayIdentifier(fresh.column);
  await refusing('no temporary table can be made here to try the new column on', session, () =>
    session.query(`CREATE TEMPORARY TABLE taskflow_probe (LIKE ${table}) ON COMMIT DROP`),
  );
  await refusing(`a column ${column} of the type ${fresh.type} cannot be added`, session, () =>
    session.query(`ALTER TABLE ${PROBE} ADD COLUMN ${column} ${fresh.type}${collate}`),
  );
  const twins = twinsOf(plan, '_new');
  for (const one of twins.checks)
    await refusing(`the constraint ${displayIdentifier(one.name)} does not fit the type ${fresh.type}`, session, () =>
      session.query(`ALTER TABLE ${PROBE} ADD ${one.define(fresh.column)}`),
    );
  for (const one of twins.indexes) {
    const sql = one
      .create(fresh.column, one.twin)
      .replace(' CONCURRENTLY ', ' ')
      .replace(` ON ${table} `, ` ON ${PROBE} `);
    await refusing(`the index ${displayIdentifier(one.name)} does not fit the type ${fresh.type}`, session, () =>
      session.query(sql),
    );
  }
}
