import type { ObjectType } from '@pgsql/types';
import { nameOf, relationName, stringsOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node, type NodeType, typeOf } from '../syntax/tree.ts';
import { markFunctionRead } from './calls.ts';
import type { Marks } from './marks.ts';
import { globalPath, knownRelationPath, memberPath, schemaPath } from './paths.ts';
import { markCall, markReads } from './reads.ts';
import { markAlterTable } from './statements/alter-table.ts';
import { markCast } from './statements/casts.ts';
import { markDefine, markDefinitionReads } from './statements/define.ts';
import { markDrop } from './statements/drop.ts';
import {
  markAlterUserMapping,
  markAlterWrapper,
  markDropUserMapping,
  markForeignTable,
  markImport,
  markServer,
  markUserMapping,
  markWrapper,
} from './statements/foreign.ts';
import { markAlterFunction, markFunction } from './statements/functions.ts';
import { markLanguage, markTransform } from './statements/languages.ts';
import { markCluster, markReindex, markVacuum } from './statements/maintenance.ts';
import { changeNamed, createNamed, readNamed } from './statements/named.ts';
import { objectPath } from './statements/object-path.ts';
import { markOperatorClass, markOperatorFamily, operatorMeant } from './statements/operator-classes.ts';
import { markComment, markDefaultPrivileges, markGrant, markGrantRole, markOwner } from './statements/privileges.ts';
import { markAlterPublication, markPublication } from './statements/publications.ts';
import { markRename, markSetSchema } from './statements/rename.ts';
import {
  markAlterRole,
  markCreateRole,
  markDropRoles,
  markOwned,
  markRoleSetting,
  markSet,
  readRole,
} from './statements/roles.ts';
import { markCopy, markQuery, markRefresh, markTruncate } from './statements/rows.ts';
import { markStatistics } from './statements/statistics.ts';
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
import { markAlterTablespace, markDropTablespace, markMoveAll, markTablespace } from './statements/tablespaces.ts';
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
  VariableShowStmt: true,
  TransactionStmt: true,
  DoStmt: true,
  NotifyStmt: true,
  DiscardStmt: true,
  CheckPointStmt: true,
};

const MARKS: MarksByType = {
  CreateStmt: markTable,
  CreateForeignTableStmt: markForeignTable,
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
    const path = knownRelationPath(marks.before, marks.before.resolve(written));
    marks.reads(path);
    for (const { defname = '' } of all('DefElem', options)) marks.changes(memberPath(path, 'settings', defname));
  },
  CreateSchemaStmt: (marks, { schemaname, authrole, if_not_exists: ifNotExists }) => {
    readRole(marks, authrole);
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
  CreateRoleStmt: markCreateRole,
  AlterRoleStmt: markAlterRole,
  AlterRoleSetStmt: markRoleSetting,
  DropRoleStmt: markDropRoles,
  DropOwnedStmt: (marks, fields) => markOwned(marks, fields),
  ReassignOwnedStmt: (marks, fields) => markOwned(marks, fields, fields.newrole),
  VariableSetStmt: markSet,
  CreateTableSpaceStmt: markTablespace,
  AlterTableSpaceOptionsStmt: markAlterTablespace,
  DropTableSpaceStmt: markDropTablespace,
  AlterTableMoveAllStmt: markMoveAll,
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
  VacuumStmt: markVacuum,
  ClusterStmt: markCluster,
  ReindexStmt: markReindex,
  CallStmt: (marks, { funccall }) => {
    if (!funccall) return;
    marks.at(funccall.location, () => markCall(marks, funccall));
    markReads(marks, funccall.args, [], true);
  },
  CreateStatsStmt: markStatistics,
  CreateCastStmt: markCast,
  CreateTransformStmt: markTransform,
  CreateOpClassStmt: markOperatorClass,
  AlterOpFamilyStmt: markOperatorFamily,
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
    const name = nameOf(opername?.objname);
    if (name) marks.changes(operatorMeant(marks, opername!, name));
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
  CreatePLangStmt: markLanguage,
  CreateAmStmt: (marks, { amname = '', handler_name: handler }) => {
    const name = nameOf(handler);
    if (name) markFunctionRead(marks, name);
    marks.creates(globalPath('access method', amname));
  },
  CreateFdwStmt: markWrapper,
  AlterFdwStmt: markAlterWrapper,
  ImportForeignSchemaStmt: markImport,
  CreateSubscriptionStmt: (marks, { subname = '' }) => marks.creates(globalPath('subscription', subname)),
  AlterSubscriptionStmt: (marks, { subname = '' }) => marks.changes(globalPath('subscription', subname)),
  DropSubscriptionStmt: (marks, { subname = '' }) => marks.drops(globalPath('subscription', subname)),
  CreateOpFamilyStmt: (marks, { opfamilyname }) => createNamed(marks, 'operator family', opfamilyname),
  CreateEventTrigStmt: (marks, { trigname = '', funcname }) => {
    const name = nameOf(funcname);
    if (name) markFunctionRead(marks, name, []);
    marks.creates(globalPath('event trigger', trigname));
  },
  AlterEventTrigStmt: (marks, { trigname = '' }) => marks.changes(globalPath('event trigger', trigname)),
  CreatePublicationStmt: markPublication,
  AlterPublicationStmt: markAlterPublication,
  CreateForeignServerStmt: markServer,
  AlterForeignServerStmt: (marks, { servername = '' }) => marks.changes(globalPath('server', servername)),
  CreateUserMappingStmt: markUserMapping,
  AlterUserMappingStmt: markAlterUserMapping,
  DropUserMappingStmt: markDropUserMapping,
};

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
