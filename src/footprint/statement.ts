import type { ObjectType } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { nameOf, relationName, stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node, type NodeType, typeOf } from '../syntax/tree.ts';
import type { Marks } from './marks.ts';
import { functionPath, globalPath, knownRelationPath, memberPath, schemaObjectPath, schemaPath } from './paths.ts';
import { markReads, markSchemaObject, markType } from './reads.ts';
import { signatureOf } from './signature.ts';
import { markAlterTable } from './statements/alter-table.ts';
import { markDrop, wordOf } from './statements/drop.ts';
import { markAlterFunction, markDefinitionReads, markFunction } from './statements/functions.ts';
import { objectPath } from './statements/object-path.ts';
import { markComment, markDefaultPrivileges, markGrant, markGrantRole, markOwner } from './statements/privileges.ts';
import { markRename, markSetSchema } from './statements/rename.ts';
import { markCopy, markQuery, markRefresh, markTruncate } from './statements/rows.ts';
import {
  markCreated,
  markIndex,
  markPolicy,
  markRule,
  markTable,
  markTableAs,
  markTrigger,
  markView,
  newRelation,
} from './statements/tables.ts';
import { markAlterDomain, markComposite, markDomain, markEnum, markEnumValue, markRange } from './statements/types.ts';

/** Writes down what a statement does, without what runs inside it (a DO block, a function). */
export function markStatement(marks: Marks, node: Node): void {
  const type = typeOf(node);
  const mark = MARKS[type] as ((marks: Marks, fields: unknown) => void) | undefined;
  if (mark) mark(marks, as(type, node));
  else if (!(type in NOTHING)) markReads(marks, node);
}

type MarksByType = { readonly [Type in NodeType]?: (marks: Marks, fields: Fields<Type>) => void };

/** They touch no object. */
const NOTHING: Partial<Record<NodeType, true>> = {
  VariableSetStmt: true,
  VariableShowStmt: true,
  TransactionStmt: true,
  DoStmt: true,
  NotifyStmt: true,
  DiscardStmt: true,
  CheckPointStmt: true,
};

const MARKS: MarksByType = {
  CreateStmt: markTable,
  CreateForeignTableStmt: (marks, { base, servername }) => {
    if (servername) marks.reads(globalPath('server', servername));
    if (base) markTable(marks, base);
  },
  CreateTableAsStmt: markTableAs,
  ViewStmt: markView,
  AlterTableStmt: markAlterTable,
  IndexStmt: markIndex,
  CreateTrigStmt: markTrigger,
  CreatePolicyStmt: (marks, fields) => markPolicy(marks, fields, true),
  AlterPolicyStmt: (marks, fields) => markPolicy(marks, fields, false),
  RuleStmt: markRule,
  DropStmt: markDrop,
  RenameStmt: markRename,
  AlterObjectSchemaStmt: markSetSchema,
  CreateEnumStmt: markEnum,
  AlterEnumStmt: markEnumValue,
  CompositeTypeStmt: markComposite,
  CreateRangeStmt: markRange,
  CreateDomainStmt: markDomain,
  AlterDomainStmt: markAlterDomain,
  DefineStmt: markDefine,
  CreateFunctionStmt: markFunction,
  AlterFunctionStmt: markAlterFunction,
  CreateSeqStmt: (marks, { sequence, options }) => {
    const name = newRelation(marks, sequence);
    if (!name) return;
    markSequenceOwner(marks, options);
    markCreated(marks, name);
  },
  AlterSeqStmt: (marks, { sequence, options }) => {
    const written = relationName(sequence);
    if (!written) return;
    markSequenceOwner(marks, options);
    marks.changes(knownRelationPath(marks.before, marks.before.resolve(written)));
  },
  CreateSchemaStmt: (marks, { schemaname, authrole, if_not_exists: ifNotExists }) => {
    if (authrole?.rolename) marks.reads(globalPath('role', authrole.rolename));
    const name = schemaname ?? authrole?.rolename;
    if (name !== undefined) marks.createsUnlessMade(schemaPath(name), ifNotExists === true);
  },
  CreateExtensionStmt: (marks, { extname = '', options, if_not_exists: ifNotExists }) => {
    for (const { defname, arg } of all('DefElem', options)) {
      const value = as('String', arg)?.sval;
      if (defname === 'schema' && value !== undefined) marks.reads(schemaPath(value));
    }
    marks.createsUnlessMade(globalPath('extension', extname), ifNotExists === true);
  },
  AlterExtensionStmt: (marks, { extname = '' }) => marks.changes(globalPath('extension', extname)),
  AlterExtensionContentsStmt: (marks, { extname = '' }) => marks.changes(globalPath('extension', extname)),
  CreateRoleStmt: (marks, { role = '' }) => marks.creates(globalPath('role', role)),
  AlterRoleStmt: (marks, { role }) => changeRole(marks, role?.rolename),
  AlterRoleSetStmt: (marks, { role }) => changeRole(marks, role?.rolename),
  DropRoleStmt: (marks, { roles }) => {
    for (const { rolename } of all('RoleSpec', roles)) if (rolename) marks.drops(globalPath('role', rolename));
  },
  GrantStmt: markGrant,
  GrantRoleStmt: markGrantRole,
  AlterDefaultPrivilegesStmt: markDefaultPrivileges,
  CommentStmt: markComment,
  SecLabelStmt: markComment,
  AlterOwnerStmt: markOwner,
  SelectStmt: (marks, fields) =>
    fields.intoClause ? markSelectInto(marks, fields) : markQuery(marks, { SelectStmt: fields } as Node),
  InsertStmt: (marks, fields) => markQuery(marks, { InsertStmt: fields } as Node),
  UpdateStmt: (marks, fields) => markQuery(marks, { UpdateStmt: fields } as Node),
  DeleteStmt: (marks, fields) => markQuery(marks, { DeleteStmt: fields } as Node),
  MergeStmt: (marks, fields) => markQuery(marks, { MergeStmt: fields } as Node),
  CopyStmt: markCopy,
  TruncateStmt: markTruncate,
  RefreshMatViewStmt: markRefresh,
  CreateStatsStmt: (marks, { defnames, relations, exprs, stxcomment: _ }) => {
    markReads(marks, [relations, exprs]);
    createNamed(marks, 'statistics', defnames);
  },
  CreateCastStmt: (marks, { sourcetype, targettype, func }) => {
    for (const one of [sourcetype, targettype]) markType(marks, one);
    const path = objectPath(marks, 'OBJECT_FUNCTION', func && ({ ObjectWithArgs: func } as Node));
    if (path) marks.reads(path);
    const name = [sourcetype, targettype].map((one) => stringsOf(one?.names).at(-1)).join(' as ');
    marks.creates(schemaObjectPath('cast', { schema: marks.before.defaultSchema, name }));
  },
  CreateOpClassStmt: (marks, { opclassname, datatype }) => {
    markType(marks, datatype);
    createNamed(marks, 'operator class', opclassname);
  },
  AlterOpFamilyStmt: (marks, { opfamilyname, items }) => {
    for (const one of all('CreateOpClassItem', items)) markReads(marks, one);
    changeNamed(marks, 'operator family', opfamilyname);
  },
  AlterTSConfigurationStmt: (marks, { cfgname, dicts }) => {
    for (const names of all('List', dicts)) readNamed(marks, 'text search dictionary', names.items);
    changeNamed(marks, 'text search configuration', cfgname);
  },
  AlterTSDictionaryStmt: (marks, { dictname }) => changeNamed(marks, 'text search dictionary', dictname),
  AlterCollationStmt: (marks, { collname }) => changeNamed(marks, 'collation', collname),
  AlterStatsStmt: (marks, { defnames }) => changeNamed(marks, 'statistics', defnames),
  AlterTypeStmt: (marks, { typeName, options }) => {
    markDefinitionReads(marks, options);
    changeNamed(marks, 'type', typeName);
  },
  AlterOperatorStmt: (marks, { opername, options }) => {
    markDefinitionReads(marks, options);
    changeNamed(marks, 'operator', opername?.objname);
  },
  AlterObjectDependsStmt: (marks, { objectType, relation, object, extname }) => {
    if (extname?.sval) marks.reads(globalPath('extension', extname.sval));
    const written = relationName(relation);
    const path = written
      ? knownRelationPath(marks.before, marks.before.resolve(written))
      : objectPath(marks, objectType as ObjectType, object);
    if (path) marks.changes(memberPath(path, 'settings', 'extension'));
  },
  CreateConversionStmt: (marks, { conversion_name: names }) => createNamed(marks, 'conversion', names),
  CreatePLangStmt: (marks, { plname = '' }) => marks.creates(globalPath('language', plname)),
  CreateAmStmt: (marks, { amname = '' }) => marks.creates(globalPath('access method', amname)),
  AlterFdwStmt: (marks, { fdwname = '' }) => marks.changes(globalPath('foreign-data wrapper', fdwname)),
  ImportForeignSchemaStmt: (marks, { server_name: server = '', local_schema: schema = '' }) => {
    marks.reads(globalPath('server', server));
    marks.reads(schemaPath(schema));
  },
  CreateSubscriptionStmt: (marks, { subname = '' }) => marks.creates(globalPath('subscription', subname)),
  AlterSubscriptionStmt: (marks, { subname = '' }) => marks.changes(globalPath('subscription', subname)),
  DropSubscriptionStmt: (marks, { subname = '' }) => marks.drops(globalPath('subscription', subname)),
  CreateOpFamilyStmt: (marks, { opfamilyname }) => createNamed(marks, 'operator family', opfamilyname),
  CreateEventTrigStmt: (marks, { trigname = '', funcname }) => {
    const name = nameOf(funcname);
    if (name) marks.readsAll(functionPath({ schema: name.schema ?? marks.before.defaultSchema, name: name.name }));
    marks.creates(globalPath('event trigger', trigname));
  },
  AlterEventTrigStmt: (marks, { trigname = '' }) => marks.changes(globalPath('event trigger', trigname)),
  CreatePublicationStmt: (marks, { pubname = '', pubobjects }) => {
    markReads(marks, pubobjects);
    markPublished(marks, pubobjects);
    marks.creates(globalPath('publication', pubname));
  },
  AlterPublicationStmt: (marks, { pubname = '', pubobjects }) => {
    markPublished(marks, pubobjects);
    marks.changes(globalPath('publication', pubname));
  },
  CreateFdwStmt: (marks, { fdwname = '' }) => marks.creates(globalPath('foreign-data wrapper', fdwname)),
  CreateForeignServerStmt: (marks, { servername = '', fdwname = '' }) => {
    marks.reads(globalPath('foreign-data wrapper', fdwname));
    marks.creates(globalPath('server', servername));
  },
  AlterForeignServerStmt: (marks, { servername = '' }) => marks.changes(globalPath('server', servername)),
  CreateUserMappingStmt: (marks, { servername = '', user }) => {
    const server = globalPath('server', servername);
    marks.reads(server);
    marks.changes(memberPath(server, 'privileges', user?.rolename ?? 'public'));
  },
};

function changeRole(marks: Marks, role: string | undefined): void {
  if (role !== undefined) marks.changes(globalPath('role', role));
}

function markSelectInto(marks: Marks, { intoClause, ...query }: Fields<'SelectStmt'>): void {
  const name = newRelation(marks, intoClause?.rel);
  markQuery(marks, { SelectStmt: query } as Node);
  if (name) markCreated(marks, name);
}

/** OWNED BY */
function markSequenceOwner(marks: Marks, options: readonly Node[] | undefined): void {
  for (const { defname, arg } of all('DefElem', options)) {
    const parts = stringsOf(as('List', arg)?.items);
    if (defname !== 'owned_by' || parts.length < 2) continue;
    const [column = '', name = '', schema] = [...parts].reverse();
    const table = marks.before.resolve(schema === undefined ? { name } : { schema, name });
    marks.reads(memberPath(knownRelationPath(marks.before, table), 'columns', column));
  }
}

function changeNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  const name = nameOf(names);
  if (name)
    marks.changes(schemaObjectPath(word, { schema: name.schema ?? marks.before.defaultSchema, name: name.name }));
}

function readNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  markSchemaObject(marks, word, nameOf(names));
}

function createNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  const name = nameOf(names);
  if (!name) return;
  const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
  marks.reads(schemaPath(full.schema));
  marks.creates(schemaObjectPath(word, full));
}

/** CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH ... */
function markDefine(marks: Marks, { kind, defnames, args, definition }: Fields<'DefineStmt'>): void {
  markDefinitionReads(marks, definition);
  const name = nameOf(defnames);
  if (kind !== 'OBJECT_AGGREGATE' || !name)
    createNamed(marks, kind === 'OBJECT_TYPE' ? 'type' : wordOf(kind ?? ''), defnames);
  else createAggregate(marks, name, args);
}

function createAggregate(marks: Marks, name: QualifiedName, args: Fields<'DefineStmt'>['args']): void {
  const parameters = all('FunctionParameter', all('List', args)[0]?.items);
  const types = parameters.flatMap(({ argType }) => (argType ? [{ TypeName: argType } as Node] : []));
  for (const one of all('TypeName', types)) markType(marks, one);
  marks.creates(
    functionPath(
      { schema: name.schema ?? marks.before.defaultSchema, name: name.name },
      signatureOf(marks.before, types),
    ),
  );
}

function markPublished(marks: Marks, objects: readonly Node[] | undefined): void {
  for (const { pubtable, name } of all('PublicationObjSpec', objects)) {
    const written = relationName(pubtable?.relation);
    if (written) marks.reads(knownRelationPath(marks.before, marks.before.resolve(written)));
    else if (name !== undefined) marks.reads(schemaPath(name));
  }
}
