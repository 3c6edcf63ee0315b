import type { ObjectType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { RelationName } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import { resolveFunction } from '../calls.ts';
import { familyBelow } from '../family.ts';
import type { Marks } from '../marks.ts';
import {
  functionPath,
  type Group,
  globalPath,
  indexPath,
  knownRelationPath,
  memberPath,
  operatorPath,
  relationPath,
  schemaPath,
  typePath,
} from '../paths.ts';
import { operandsOf, signatureOf } from '../signature.ts';
import { namedPath, objectName, wordOf } from './drop.ts';

/** ALTER ... RENAME: the old name is gone, the new one is there. */
export function markRename(marks: Marks, statement: Fields<'RenameStmt'>): void {
  const { renameType, relation, subname = '', newname = '' } = statement;
  const type = renameType as ObjectType;
  const written = relationName(relation);
  const group = MEMBERS[type];
  if (written && group) renameMember(marks, written, group, subname, newname);
  else if (written) renameRelation(marks, written, newname);
  else renameOther(marks, type, statement);
}

const MEMBERS: Partial<Record<ObjectType, Group>> = {
  OBJECT_COLUMN: 'columns',
  OBJECT_ATTRIBUTE: 'columns',
  OBJECT_TABCONSTRAINT: 'constraints',
  OBJECT_TRIGGER: 'triggers',
  OBJECT_POLICY: 'policies',
  OBJECT_RULE: 'rules',
};

function renameMember(marks: Marks, written: QualifiedName, group: Group, from: string, to: string): void {
  const path = knownRelationPath(marks.before, marks.before.resolve(written));
  marks.reads(path);
  for (const one of [path, ...inherited(marks, written, group, from)])
    marks.moves(memberPath(one, group, from), memberPath(one, group, to));
  // An index and its constraint have one name.
  if (group === 'constraints' && marks.before.table(written)?.indexes.get(from)?.constraint === from)
    marks.moves(memberPath(path, 'indexes', from), memberPath(path, 'indexes', to));
}

/** Partitions and children that have the same column or check. */
function inherited({ before }: Marks, written: QualifiedName, group: Group, name: string): ObjectPath[] {
  const having = familyBelow(before, before.resolve(written)).filter((one) => {
    const table = before.table(one);
    return group === 'columns'
      ? table?.columns.has(name)
      : group === 'constraints' && table?.constraints.get(name)?.type === 'check';
  });
  return having.map((one) => knownRelationPath(before, one));
}

function renameRelation(marks: Marks, written: QualifiedName, to: string): void {
  const found = marks.before.index(written);
  if (found) {
    const path = knownRelationPath(marks.before, found.table.name);
    const { name, constraint } = found.index;
    marks.moves(indexPath(marks.before, written), memberPath(path, 'indexes', to));
    if (constraint === name) marks.moves(memberPath(path, 'constraints', name), memberPath(path, 'constraints', to));
    marks.claims(relationPath(marks.before.resolve(written), 'index'));
    marks.claims(relationPath({ schema: found.table.name.schema, name: to }, 'index'));
    return;
  }
  const from = marks.before.resolve(written);
  marks.moves(
    knownRelationPath(marks.before, from),
    relationPath({ schema: from.schema, name: to }, kindOf(marks, written)),
  );
}

function kindOf({ before }: Marks, name: QualifiedName) {
  const kind = before.table(name)?.kind;
  return kind === 'partitioned table' ? 'table' : kind;
}

function renameOther(
  marks: Marks,
  type: ObjectType,
  { object, subname = '', newname = '' }: Fields<'RenameStmt'>,
): void {
  const name = objectName(object, type) ?? nameOfOther(object);
  if (type === 'OBJECT_SCHEMA') marks.moves(schemaPath(subname), schemaPath(newname));
  else if (type === 'OBJECT_ROLE') marks.moves(globalPath('role', subname), globalPath('role', newname));
  else if (name && type === 'OBJECT_DOMCONSTRAINT') {
    const path = typePath(marks.before.resolveType(name));
    marks.moves(memberPath(path, 'constraints', subname), memberPath(path, 'constraints', newname));
  } else if (name) marks.moves(...pathsOf(marks, type, { name, object }, { name: newname }));
}

function nameOfOther(object: Node | undefined): QualifiedName | undefined {
  const name = as('String', object)?.sval;
  return name === undefined ? nameOf(as('TypeName', object)?.names) : { name };
}

const FUNCTIONS: ReadonlySet<ObjectType> = new Set([
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
  'OBJECT_ROUTINE',
  'OBJECT_AGGREGATE',
]);
const GLOBAL: ReadonlySet<ObjectType> = new Set([
  'OBJECT_EXTENSION',
  'OBJECT_PUBLICATION',
  'OBJECT_SUBSCRIPTION',
  'OBJECT_EVENT_TRIGGER',
  'OBJECT_FDW',
  'OBJECT_FOREIGN_SERVER',
  'OBJECT_LANGUAGE',
  'OBJECT_DATABASE',
  'OBJECT_TABLESPACE',
]);

/** Where it was, and where it is then. */
function pathsOf(
  marks: Marks,
  type: ObjectType,
  { name, object }: { readonly name: QualifiedName; readonly object: Node | undefined },
  to: Partial<Record<'schema' | 'name', string>>,
): [ObjectPath, ObjectPath] {
  if (type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN') {
    const full = marks.before.resolveType(name);
    const path = marks.before.table(full) ? (one: typeof full) => relationPath(one, 'composite type') : typePath;
    return [path(full), path({ ...full, ...to })];
  }
  if (FUNCTIONS.has(type)) {
    const full = resolveFunction(marks, name);
    const types = as('ObjectWithArgs', object);
    const signature = types?.args_unspecified ? undefined : signatureOf(marks.before, types?.objargs);
    return [functionPath(full, signature), functionPath({ ...full, ...to }, signature)];
  }
  if (type === 'OBJECT_OPERATOR') {
    const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
    const operands = operandsOf(marks.before, as('ObjectWithArgs', object)?.objargs);
    return [operatorPath(full, operands), operatorPath({ ...full, ...to }, operands)];
  }
  if (GLOBAL.has(type)) return [globalPath(wordOf(type), name.name), globalPath(wordOf(type), to.name ?? name.name)];
  return [namedPath(marks, type, name), namedPath(marks, type, { ...name, ...to })];
}

/** ALTER ... SET SCHEMA */
export function markSetSchema(marks: Marks, statement: Fields<'AlterObjectSchemaStmt'>): void {
  const { objectType, relation, object, newschema: schema = '' } = statement;
  marks.reads(schemaPath(schema));
  const written = relationName(relation);
  const name = objectName(object, objectType as ObjectType) ?? nameOfOther(object);
  if (written) moveRelation(marks, marks.before.resolve(written), schema);
  else if (objectType === 'OBJECT_EXTENSION') marks.changes(globalPath('extension', name?.name ?? ''));
  else if (name) marks.moves(...pathsOf(marks, objectType as ObjectType, { name, object }, { schema }));
}

/** With its sequences. */
function moveRelation(marks: Marks, from: RelationName, schema: string): void {
  for (const name of [from, ...marks.before.sequencesOf(from).map((one) => one.name)])
    marks.moves(knownRelationPath(marks.before, name), relationPath({ schema, name: name.name }, kindOf(marks, name)));
}
