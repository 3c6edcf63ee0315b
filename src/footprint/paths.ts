import type { ObjectPart, ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import type { RelationKind, RelationName } from '../known/table.ts';
import type { QualifiedName } from '../sql/token-reader.ts';

/** What of an object comes in any number; a group's name is empty. */
export type Group =
  | 'columns'
  | 'constraints'
  | 'indexes'
  | 'triggers'
  | 'policies'
  | 'rules'
  | 'partitions'
  | 'rows'
  | 'labels'
  | 'settings'
  | 'privileges'
  | 'comments'
  | 'user mappings'
  | 'transforms'
  | 'default privileges';

const SINGULAR: Readonly<Record<Group, string>> = {
  columns: 'column',
  constraints: 'constraint',
  indexes: 'index',
  triggers: 'trigger',
  policies: 'policy',
  rules: 'rule',
  partitions: 'partition',
  rows: 'rows',
  labels: 'label',
  settings: 'setting',
  privileges: 'privileges of',
  comments: 'comment',
  'user mappings': 'user mapping for',
  transforms: 'transform for',
  'default privileges': 'default privileges of',
};

const part = (space: string, name: string, word = space): ObjectPart => ({ space, name, word });

export function schemaPath(name: string): ObjectPath {
  return [part('schema', name)];
}

/** A table, view, sequence or composite type; an index that belongs to no table that is known. */
export function relationPath(
  { schema, name }: RelationName,
  kind: RelationKind | 'index' | 'relation' = 'table',
): ObjectPath {
  return [part('schema', schema), part('relation', name, kind)];
}

export function typePath({ schema, name }: RelationName): ObjectPath {
  return [part('schema', schema), part('type', name)];
}

/** All functions of a name, or the one with these arguments. */
export function functionPath({ schema, name }: RelationName, signature?: string): ObjectPath {
  const path = [part('schema', schema), part('function', name)];
  return signature === undefined ? path : [...path, part('signature', `(${signature})`, 'function')];
}

/** An object of any other kind that lies in a schema: a collation, an operator. */
export function schemaObjectPath(word: string, { schema, name }: RelationName): ObjectPath {
  return [part('schema', schema), part(word, name)];
}

/** All operators of a name, or the one with these operands. */
export function operatorPath(name: RelationName, operands?: string): ObjectPath {
  const path = schemaObjectPath('operator', name);
  return operands === undefined ? path : [...path, part('signature', `(${operands})`, 'operator')];
}

/** All casts to a type, or the one from a type. */
export function castPath(to: string, from?: string): ObjectPath {
  const path = [part('casts', to, 'casts to')];
  return from === undefined ? path : [...path, part('cast', `${from} as ${to}`)];
}

/** An object that lies in no schema: an extension, a role, a publication. */
export function globalPath(word: string, name: string): ObjectPath {
  return [part(word, name)];
}

/** What holds for every schema. */
export const DATABASE: ObjectPath = [part('database', 'database', 'the')];

export function groupPath(owner: ObjectPath, group: Group): ObjectPath {
  return [...owner, part(group, '')];
}

export function memberPath(owner: ObjectPath, group: Group, name: string): ObjectPath {
  return [...groupPath(owner, group), part(group, name, SINGULAR[group])];
}

/** Of a role on an object: one privilege, of a column or of the whole. Privileges of a whole are those of its columns, too. */
export function privilegePath(owner: ObjectPath, role: string, privilege: string, column?: string): ObjectPath {
  const name = `${privilege.toUpperCase()} of ${role}`;
  const path = [...memberPath(owner, 'privileges', role), part('privilege', name)];
  return column === undefined
    ? path
    : [...path, part('privilege of a column', `${name} on column ${column}`, 'privilege')];
}

/** A relation as people call it, by what is known of it. */
export function knownRelationPath(known: Known, name: RelationName): ObjectPath {
  const kind = known.table(name)?.kind;
  return relationPath(name, kind === 'partitioned table' ? 'table' : kind);
}

/** An index where it lies: in its table, if that is known. */
export function indexPath(known: Known, written: QualifiedName): ObjectPath {
  const found = known.index(written);
  if (!found) return relationPath(known.resolve(written), 'index');
  return memberPath(knownRelationPath(known, found.table.name), 'indexes', found.index.name);
}
