import type { ObjectType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, stringsOf } from '../../syntax/names.ts';
import { all, as, type Node } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { type Group, globalPath, indexPath, knownRelationPath, memberPath, schemaPath, typePath } from '../paths.ts';
import { castMeant } from './casts.ts';
import { namedPath, objectName, operatorIn, wordOf } from './drop.ts';
import { meantFunction } from './functions.ts';
import { transformPath } from './languages.ts';

/** The object that COMMENT, GRANT or ALTER ... OWNER names. */
export function objectPath(marks: Marks, type: ObjectType, object: Node | undefined): ObjectPath | undefined {
  const own = PATHS[type];
  if (own) return own(marks, object);
  const global = as('String', object)?.sval;
  if (global !== undefined) return globalPath(wordOf(type), global);
  const name = objectName(object, type);
  return name && namedPath(marks, type, name);
}

type PathOf = (marks: Marks, object: Node | undefined) => ObjectPath | undefined;

const relation: PathOf = (marks, object) => {
  const name = nameOf(as('List', object)?.items);
  return name && knownRelationPath(marks.before, marks.before.resolve(name));
};

/** `{schema, table, member}` */
const member =
  (group: Group): PathOf =>
  (marks, object) => {
    const parts = stringsOf(as('List', object)?.items);
    const owner = qualifiedOf(parts.slice(0, -1));
    return owner && memberPath(knownRelationPath(marks.before, marks.before.resolve(owner)), group, parts.at(-1)!);
  };

function qualifiedOf(parts: readonly string[]): QualifiedName | undefined {
  const [name, schema] = [...parts].reverse();
  if (name === undefined) return undefined;
  return schema === undefined ? { name } : { schema, name };
}

const type: PathOf = (marks, object) => {
  const name = nameOf(as('TypeName', object)?.names) ?? nameOf(as('List', object)?.items);
  if (!name) return undefined;
  const full = marks.before.resolveType(name);
  return marks.before.table(full) ? knownRelationPath(marks.before, full) : typePath(full);
};

const routine: PathOf = (marks, object) => meantFunction(marks, as('ObjectWithArgs', object));

const PATHS: Partial<Record<ObjectType, PathOf>> = {
  OBJECT_TABLE: relation,
  OBJECT_VIEW: relation,
  OBJECT_MATVIEW: relation,
  OBJECT_SEQUENCE: relation,
  OBJECT_FOREIGN_TABLE: relation,
  OBJECT_INDEX: (marks, object) => {
    const name = nameOf(as('List', object)?.items);
    return name && indexPath(marks.before, name);
  },
  OBJECT_COLUMN: member('columns'),
  OBJECT_TABCONSTRAINT: member('constraints'),
  OBJECT_TRIGGER: member('triggers'),
  OBJECT_POLICY: member('policies'),
  OBJECT_RULE: member('rules'),
  OBJECT_TYPE: type,
  OBJECT_DOMAIN: type,
  OBJECT_FUNCTION: routine,
  OBJECT_PROCEDURE: routine,
  OBJECT_ROUTINE: routine,
  OBJECT_AGGREGATE: routine,
  OBJECT_OPERATOR: operatorIn,
  OBJECT_CAST: castMeant,
  OBJECT_DOMCONSTRAINT: (marks, object) => {
    const items = as('List', object)?.items;
    const name = nameOf(all('TypeName', items)[0]?.names);
    return name && memberPath(typePath(marks.before.resolveType(name)), 'constraints', stringsOf(items).at(-1) ?? '');
  },
  OBJECT_TRANSFORM: (marks, object) => {
    const items = as('List', object)?.items;
    return transformPath(marks, all('TypeName', items)[0], stringsOf(items)[0] ?? '');
  },
  OBJECT_SCHEMA: (_, object) => {
    const name = as('String', object)?.sval;
    return name === undefined ? undefined : schemaPath(name);
  },
};
