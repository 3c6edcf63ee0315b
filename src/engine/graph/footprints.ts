import { FootprintReader } from '../../footprint/migration.ts';
import type { Footprint } from '../../graph/access.ts';
import { SchemaLearner } from '../../known/learner.ts';
import type { Migration } from '../../migration/migration.ts';
import { loadParser, loadPlpgsqlParser } from '../../parser/parser.ts';
import { innerStatements } from '../../syntax/inner.ts';

/**
 * What migrations do to the objects of a database, in the order in which they run. Loads PostgreSQL's parser (0.1 to 0.2 s).
 * `searchPath`: the schemas that each file begins with.
 */
export async function footprintsOf(
  migrations: readonly Migration[],
  searchPath?: readonly string[],
): Promise<Footprint[]> {
  const parse = await loadParser();
  const plpgsql = await loadPlpgsqlParser();
  const learner = new SchemaLearner(undefined, searchPath);
  const inner = (tree: Parameters<typeof innerStatements>[0], sql: string) =>
    innerStatements(tree, sql, plpgsql, parse);
  const reader = new FootprintReader({ parse, inner }, learner);
  return migrations.map((migration) => reader.read(migration));
}
