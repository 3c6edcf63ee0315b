import type { MigrationFile } from '../plan/migration-file.ts';
import { Problem } from '../problem/problem.ts';
import { lineDiff } from '../report/line-diff.ts';
import type { Control } from './control.ts';

/** Of so many changed files the difference is shown; the others are named. */
const SHOWN_MAX = 5;

/**
 * The problem with, for each version in it whose body was changed, the difference between what was applied and the file;
 * as it is where the body was not stored, or the problem is of another kind.
 */
export async function withDifference(
  problem: Problem,
  control: Control,
  files: readonly MigrationFile[],
): Promise<Problem> {
  const changed = [problem, ...(problem.fields.also ?? [])]
    .flatMap(({ code, fields }) => (code === 'checksum-mismatch' && fields.version ? [fields.version] : []))
    .slice(0, SHOWN_MAX);
  const stored = await storedBodies(control, changed);
  const differences = new Map<string, string>();
  for (const { version, text } of files.filter((file) => stored.has(file.version)).flatMap(readable)) {
    differences.set(version, await lineDiff(stored.get(version)!, text));
  }
  return explained(problem, differences);
}

async function storedBodies(control: Control, versions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (versions.length === 0 || (control.ledger.layout ?? 0) === 0) return new Map();
  const rows = await control.session.query(
    `SELECT version, body_sql FROM ${control.names.migrations}
WHERE body_sql IS NOT NULL AND version IN (SELECT pg_catalog.jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(versions)],
  );
  return new Map(rows.map((row) => [row.version ?? '', row.body_sql ?? '']));
}

/** Nothing where the file cannot be read as a migration any more, or is not held as a whole. */
function readable(file: MigrationFile): { version: string; text: string }[] {
  try {
    const { text, large } = file.load();
    return large ? [] : [{ version: file.version, text }];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

function explained(problem: Problem, differences: ReadonlyMap<string, string>): Problem {
  const { version, also } = problem.fields;
  const difference = version === undefined ? undefined : differences.get(version);
  return problem.with({
    ...(difference ? { difference } : {}),
    ...(also ? { also: also.map((one) => explained(one, differences)) } : {}),
  });
}
