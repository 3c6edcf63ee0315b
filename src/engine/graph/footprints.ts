import { FootprintReader } from '../../footprint/migration.ts';
import type { Footprint } from '../../graph/access.ts';
import type { Learner } from '../../known/known.ts';
import type { Migration } from '../../migration/migration.ts';
import { loadParser, loadPlpgsqlParser } from '../../parser/parser.ts';
import { innerStatements } from '../../syntax/inner.ts';

/**
 * What migrations do to the objects of a database, in the order in which they run. Loads PostgreSQL's parser (0.1 to 0.2 s).
 * `learner` knows what is there before the first of them, and learns.
 */
export async function footprintsOf(migrations: readonly Migration[], learner: Learner): Promise<Footprint[]> {
  const parse = await loadParser();
  const plpgsql = await loadPlpgsqlParser();
  const inner = (tree: Parameters<typeof innerStatements>[0], sql: string) =>
    innerStatements(tree, sql, plpgsql, parse);
  const reader = new FootprintReader({ parse, inner }, learner);
  return migrations.map((migration) => reader.read(migration));
}
