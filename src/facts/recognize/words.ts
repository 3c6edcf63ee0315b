import { lockedRelations } from '../../sql/locked-relations.ts';
import { type FormId, type FormUse, formOf } from '../form.ts';

/**
 * What a statement is by its leading words, where the grammar does not take it: newer syntax than its own, or a mistake. The
 * relations are those that it names; of several forms with the same words the worst is taken.
 */
export function usesOfWords({ sql, words }: { readonly sql: string; readonly words: readonly string[] }): FormUse[] {
  const text = `${words.join(' ')} `;
  const id = READINGS.find(([pattern]) => pattern.test(text))?.[1];
  if (!id) return [];
  const form = formOf(id);
  const [target, ...more] = lockedRelations(sql);
  const names = target && SEVERAL.test(text) ? [target, ...more] : [target];
  return names.map((name) => ({ form, target: name, others: [], offset: 0, uncertain: true }));
}

/** They take a list of relations; in others the second name is another role. */
const SEVERAL = /^(?:DROP|TRUNCATE|LOCK|VACUUM|ANALYZE) /;

const READINGS: readonly (readonly [RegExp, FormId])[] = [
  [/^CREATE (?:UNIQUE )?INDEX CONCURRENTLY /, 'create-index-concurrently'],
  [/^CREATE (?:UNIQUE )?INDEX /, 'create-index'],
  [/^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER /, 'create-trigger'],
  [/^CREATE (?:OR REPLACE )?RULE /, 'create-rule'],
  [/^CREATE OR REPLACE (?:TEMP |TEMPORARY )?(?:RECURSIVE )?VIEW /, 'replace-view'],
  [/^CREATE (?:TEMP |TEMPORARY )?(?:RECURSIVE )?VIEW /, 'create-view'],
  [/^CREATE MATERIALIZED VIEW /, 'create-materialized-view'],
  [/^CREATE POLICY /, 'create-policy'],
  [/^CREATE STATISTICS /, 'create-statistics'],
  [/^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) /, 'create-function'],
  [/^CREATE SEQUENCE /, 'create-sequence'],
  [/^CREATE EXTENSION /, 'create-extension'],
  [/^ALTER POLICY /, 'alter-policy'],
  [/^ALTER SEQUENCE /, 'alter-sequence'],
  [/^ALTER (?:FOREIGN )?(?:TABLE|VIEW|MATERIALIZED VIEW|INDEX) /, 'alter-unknown'],
  [/^DROP INDEX CONCURRENTLY /, 'drop-index-concurrently'],
  [/^DROP INDEX /, 'drop-index'],
  [/^DROP (?:FOREIGN )?TABLE /, 'drop-table'],
  [/^DROP (?:MATERIALIZED )?VIEW /, 'drop-view'],
  [/^DROP TRIGGER /, 'drop-trigger'],
  [/^DROP POLICY /, 'drop-policy'],
  [/^DROP RULE /, 'drop-rule'],
  [/^DROP (?:FUNCTION|PROCEDURE|ROUTINE) /, 'drop-function'],
  [/^TRUNCATE /, 'truncate'],
  [/^LOCK /, 'lock-table'],
  [/^REINDEX (?:SCHEMA|DATABASE|SYSTEM) /, 'reindex-all'],
  [/^REINDEX \w+ CONCURRENTLY /, 'reindex-concurrently'],
  [/^REINDEX INDEX /, 'reindex-index'],
  [/^REINDEX /, 'reindex-table'],
  [/^REPACK \( CONCURRENTLY /, 'repack-concurrently'],
  [/^REPACK /, 'repack'],
  [/^CLUSTER $/, 'cluster-all'],
  [/^CLUSTER /, 'cluster'],
  [/^VACUUM (?:\( )?FULL /, 'vacuum-full'],
  [/^VACUUM /, 'vacuum'],
  [/^ANALY[SZ]E /, 'analyze'],
  [/^REFRESH MATERIALIZED VIEW CONCURRENTLY /, 'refresh-materialized-view-concurrently'],
  [/^REFRESH MATERIALIZED VIEW /, 'refresh-materialized-view'],
  [/^COMMENT /, 'comment'],
  [/^(?:GRANT|REVOKE) /, 'grant'],
  [/^INSERT /, 'insert'],
  [/^UPDATE /, 'update'],
  [/^DELETE /, 'delete'],
  [/^MERGE /, 'merge'],
  [/^SELECT /, 'select'],
];
