import { eventItem } from '../ledger/write.ts';
import type { Step } from '../plan/steps.ts';
import { Problem } from '../problem/problem.ts';
import type { CreatedObject } from '../sql/created-object.ts';
import { createdObjects } from '../sql/objects.ts';
import { quoteIdentifier, quoteQualified } from '../sql/quote.ts';
import type { Application } from './application.ts';

/**
 * A concurrent build that fails or is interrupted leaves an INVALID index behind, under its final name (manual, CREATE
 * INDEX, "Building Indexes Concurrently"): the next try would fail on the name, or with IF NOT EXISTS take it for done.
 * So what is left of an earlier try is dropped before a build. Throws when somebody is building it at this moment.
 */
export async function dropInvalidIndex(application: Application, step: Step): Promise<void> {
  const index = concurrentIndex(step);
  const found = index && (await invalidIndex(application, index));
  if (!found) return;
  const { engine, control, worker, planned } = application;
  const { version } = planned;
  if (found.buildingPid !== null) throw building(version, found);
  engine.emit({
    kind: 'note',
    message: `${version}: dropping the invalid index ${found.name} that an earlier try left`,
  });
  await worker.session.query(`DROP INDEX CONCURRENTLY ${found.name}`);
  const detail = { droppedInvalidIndex: found.name };
  await control.write([eventItem(control.names, engine.run, { event: 'step_cleaned', version, detail })]);
}

/** The problem where the index that was to be built is there but not valid: then the step has not succeeded. */
export async function invalidIndexProblem(application: Application, step: Step): Promise<Problem | undefined> {
  const index = concurrentIndex(step);
  const found = index && (await invalidIndex(application, index));
  if (!found) return undefined;
  return new Problem(
    'statement-failed',
    `${application.planned.version}: the index ${found.name} is there, but INVALID`,
    {
      version: application.planned.version,
      next: ['Run migrate again: it drops the index and builds it anew.'],
    },
  );
}

function concurrentIndex({ statements }: Step): CreatedObject | undefined {
  const [only] = statements;
  if (!only?.statement.words.includes('CONCURRENTLY')) return undefined;
  return createdObjects(only.statement.sql).find((object) => object.kind === 'index');
}

interface InvalidIndex {
  /** Qualified and quoted. */
  readonly name: string;
  readonly buildingPid: string | null;
}

async function invalidIndex({ worker }: Application, index: CreatedObject): Promise<InvalidIndex | undefined> {
  if (index.table === undefined) return undefined;
  const table = index.schema === undefined ? quoteIdentifier(index.table) : quoteQualified(index.schema, index.table);
  const [row] = await worker.session.query(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
  (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = c.oid LIMIT 1) AS pid
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE i.indrelid = pg_catalog.to_regclass($1)::oid AND c.relname = $2 AND NOT i.indisvalid`,
    [table, index.name],
  );
  return row?.name ? { name: row.name, buildingPid: row.pid ?? null } : undefined;
}

function building(version: string, { name, buildingPid }: InvalidIndex): Problem {
  return new Problem('runner-busy', `${version}: another session (pid ${buildingPid}) is building the index ${name}`, {
    version,
    next: ['Wait until it has finished, then run migrate again.'],
  });
}
