import type { ObjectType } from '@pgsql/types';

/** Kinds of objects as SQL says them: `DROP MATERIALIZED VIEW`. */
const WORDS: { readonly [Type in ObjectType]?: string } = {
  OBJECT_TABLE: 'TABLE',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
  OBJECT_VIEW: 'VIEW',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_SEQUENCE: 'SEQUENCE',
  OBJECT_INDEX: 'INDEX',
  OBJECT_SCHEMA: 'SCHEMA',
  OBJECT_TYPE: 'TYPE',
  OBJECT_DOMAIN: 'DOMAIN',
  OBJECT_FUNCTION: 'FUNCTION',
  OBJECT_PROCEDURE: 'PROCEDURE',
  OBJECT_ROUTINE: 'ROUTINE',
  OBJECT_AGGREGATE: 'AGGREGATE',
  OBJECT_EXTENSION: 'EXTENSION',
  OBJECT_COLLATION: 'COLLATION',
  OBJECT_OPERATOR: 'OPERATOR',
  OBJECT_CAST: 'CAST',
  OBJECT_ROLE: 'ROLE',
  OBJECT_DATABASE: 'DATABASE',
  OBJECT_FDW: 'FOREIGN DATA WRAPPER',
  OBJECT_FOREIGN_SERVER: 'SERVER',
  OBJECT_LANGUAGE: 'LANGUAGE',
};

/** The words of SQL for a kind of object; undefined for kinds that no rule asks about. */
export function kindWords(type: ObjectType | undefined): string | undefined {
  return type === undefined ? undefined : WORDS[type];
}

const RELATIONS: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_TABLE',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_INDEX',
]);

/** Tables, views, sequences and indexes share one space of names (pg_class). */
export function isRelation(type: ObjectType | undefined): boolean {
  return type !== undefined && RELATIONS.has(type);
}

const ROUTINES: ReadonlySet<ObjectType> = new Set<ObjectType>([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
]);

export function isRoutine(type: ObjectType | undefined): boolean {
  return type !== undefined && ROUTINES.has(type);
}
