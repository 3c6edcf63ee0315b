import type { ObjectType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, namesOf, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { resolveFunction } from '../calls.ts';
import { markAllGone } from '../gone.ts';
import type { Marks } from '../marks.ts';
import {
  functionPath,
  globalPath,
  indexPath,
  knownRelationPath,
  memberPath,
  relationPath,
  schemaObjectPath,
  schemaPath,
  typePath,
} from '../paths.ts';
import { signatureOf } from '../signature.ts';
import { castMeant } from './casts.ts';
import { transformPath } from './languages.ts';
import { operatorMeant } from './operator-classes.ts';

/** DROP of anything, with what goes along by CASCADE as far as it is known. */
export function markDrop(marks: Marks, { removeType, objects = [], missing_ok }: Fields<'DropStmt'>): void {
  const type = removeType as ObjectType;
  marks.ifThere(missing_ok, () => {
    for (const object of objects) (DROPS[type] ?? dropNamed)(marks, object, type);
  });
  markAllGone(marks);
}

type Drop = (marks: Marks, object: Node, type: ObjectType) => void;

const dropRelation: Drop = (marks, object) => {
  for (const name of namesOf([object])) marks.drops(knownRelationPath(marks.before, marks.before.resolve(name)));
};

const dropFunction: Drop = (marks, object) => {
  const { objname, objargs, args_unspecified: isAny } = as('ObjectWithArgs', object) ?? {};
  const name = nameOf(objname);
  if (!name) return;
  const full = resolveFunction(marks, name);
  marks.drops(functionPath(full, isAny ? undefined : signatureOf(marks.before, objargs)));
};

/** `{schema, table, name}` */
const dropMember =
  (group: 'policies' | 'triggers' | 'rules'): Drop =>
  (marks, object) => {
    const [name = '', table = '', schema] = stringsOf(as('List', object)?.items).reverse();
    const full = marks.before.resolve(schema === undefined ? { name: table } : { schema, name: table });
    marks.drops(memberPath(knownRelationPath(marks.before, full), group, name));
  };

const dropType: Drop = (marks, object) => {
  const name = nameOf(as('TypeName', object)?.names);
  if (!name) return;
  const full = marks.before.resolveType(name);
  marks.drops(marks.before.table(full) ? knownRelationPath(marks.before, full) : typePath(full));
};

const dropGlobal: Drop = (marks, object, type) => {
  const name = as('String', object)?.sval;
  if (name !== undefined) marks.drops(globalPath(wordOf(type), name));
};

const DROPS: Partial<Record<ObjectType, Drop>> = {
  OBJECT_TABLE: dropRelation,
  OBJECT_FOREIGN_TABLE: dropRelation,
  OBJECT_VIEW: dropRelation,
  OBJECT_MATVIEW: dropRelation,
  OBJECT_SEQUENCE: dropRelation,
  OBJECT_INDEX: (marks, object) => {
    for (const name of namesOf([object])) {
      marks.drops(indexPath(marks.before, name));
      marks.claims(relationPath(marks.before.resolve(name), 'index'));
    }
  },
  OBJECT_FUNCTION: dropFunction,
  OBJECT_PROCEDURE: dropFunction,
  OBJECT_ROUTINE: dropFunction,
  OBJECT_AGGREGATE: dropFunction,
  OBJECT_POLICY: dropMember('policies'),
  OBJECT_TRIGGER: dropMember('triggers'),
  OBJECT_RULE: dropMember('rules'),
  OBJECT_TYPE: dropType,
  OBJECT_DOMAIN: dropType,
  OBJECT_SCHEMA: (marks, object) => marks.drops(schemaPath(as('String', object)?.sval ?? '')),
  OBJECT_EXTENSION: dropGlobal,
  OBJECT_PUBLICATION: dropGlobal,
  OBJECT_EVENT_TRIGGER: dropGlobal,
  OBJECT_FDW: dropGlobal,
  OBJECT_FOREIGN_SERVER: dropGlobal,
  OBJECT_LANGUAGE: dropGlobal,
  OBJECT_ACCESS_METHOD: dropGlobal,
  OBJECT_OPERATOR: (marks, object) => {
    const path = operatorIn(marks, object);
    if (path) marks.drops(path);
  },
  OBJECT_CAST: (marks, object) => {
    const path = castMeant(marks, object);
    if (path) marks.drops(path);
  },
  OBJECT_TRANSFORM: (marks, object) => {
    const items = as('List', object)?.items;
    const path = transformPath(marks, all('TypeName', items)[0], stringsOf(items)[0] ?? '');
    if (path) marks.drops(path);
  },
};

/** An operator with its operands. */
export function operatorIn(marks: Marks, object: Node | undefined): ObjectPath | undefined {
  const named = as('ObjectWithArgs', object);
  const name = nameOf(named?.objname);
  return named && name && operatorMeant(marks, named, name);
}

/** Everything else by its name: a collation, statistics. */
function dropNamed(marks: Marks, object: Node, type: ObjectType): void {
  const name = objectName(object, type);
  if (name) marks.drops(namedPath(marks, type, name));
}

/** Of an operator class or family, the name of its access method comes first. */
export function objectName(object: Node | undefined, type?: ObjectType): QualifiedName | undefined {
  const items = as('List', object)?.items;
  const isOfMethod = type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY';
  return nameOf(isOfMethod ? items?.slice(1) : (items ?? as('ObjectWithArgs', object)?.objname));
}

export function namedPath({ before }: Marks, type: ObjectType, { schema, name }: QualifiedName) {
  return schemaObjectPath(wordOf(type), { schema: schema ?? before.defaultSchema, name });
}

/** OBJECT_FOREIGN_SERVER: foreign server */
export function wordOf(type: string): string {
  return (
    WORDS[type] ??
    type
      .replace(/^OBJECT_/, '')
      .replaceAll('_', ' ')
      .toLowerCase()
  );
}

const WORDS: Readonly<Record<string, string>> = {
  OBJECT_OPCLASS: 'operator class',
  OBJECT_OPFAMILY: 'operator family',
  OBJECT_TSCONFIGURATION: 'text search configuration',
  OBJECT_TSDICTIONARY: 'text search dictionary',
  OBJECT_TSPARSER: 'text search parser',
  OBJECT_TSTEMPLATE: 'text search template',
  OBJECT_FDW: 'foreign-data wrapper',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_STATISTIC_EXT: 'statistics',
};
