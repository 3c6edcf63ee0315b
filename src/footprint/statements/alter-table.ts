import type { AlterTableType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { KnownTable, RelationName } from '../../known/table.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { familyBelow } from '../family.ts';
import { markAssigned } from '../labels.ts';
import type { Marks } from '../marks.ts';
import { globalPath, indexPath, knownRelationPath, memberPath, relationPath } from '../paths.ts';
import { markReads, markSchemaObject, markType } from '../reads.ts';
import { sourceNamed } from '../source.ts';
import { markColumnNeeds } from './columns.ts';
import { markConstraintReads } from './constraints.ts';
import { readRole } from './roles.ts';
import { markInherited } from './tables.ts';
import { readTablespace } from './tablespaces.ts';

type Command = Fields<'AlterTableCmd'>;

interface Altered {
  readonly marks: Marks;
  readonly table: RelationName;
  readonly path: ObjectPath;
}

/** ALTER TABLE, and of the same grammar ALTER VIEW, INDEX, SEQUENCE, TYPE, FOREIGN TABLE. */
export function markAlterTable(marks: Marks, { relation, cmds, objtype }: Fields<'AlterTableStmt'>): void {
  const written = relationName(relation);
  if (!written) return;
  const table = objtype === 'OBJECT_TYPE' ? marks.before.resolveType(written) : marks.before.resolve(written);
  const index = marks.before.index(table);
  const path = index ? indexPath(marks.before, table) : knownRelationPath(marks.before, table);
  marks.reads(path);
  for (const command of all('AlterTableCmd', cmds)) {
    markCommand({ marks, table, path }, command);
  }
  markMade({ marks, table, path });
}

function markCommand(at: Altered, command: Command): void {
  const type = command.subtype as AlterTableType;
  const own = COMMANDS[type];
  if (own) own(at, command);
  else at.marks.changes(memberPath(at.path, 'settings', settingOf(type, command)));
}

/** `row security`, `owner`, `default of status`: what such a command changes, and nothing else does. */
function settingOf(type: AlterTableType, { name }: Command): string {
  const setting = SETTINGS[type] ?? type.slice(3);
  return name === undefined ? setting : `${setting} of ${name}`;
}

const SETTINGS: Partial<Record<AlterTableType, string>> = {
  AT_EnableRowSecurity: 'row security',
  AT_DisableRowSecurity: 'row security',
  AT_ForceRowSecurity: 'forced row security',
  AT_NoForceRowSecurity: 'forced row security',
  AT_SetLogged: 'persistence',
  AT_SetUnLogged: 'persistence',
  AT_ClusterOn: 'clustering',
  AT_DropCluster: 'clustering',
  AT_SetNotNull: 'not null',
  AT_DropNotNull: 'not null',
  AT_SetStatistics: 'statistics',
};

type Mark = (at: Altered, command: Command) => void;

const onColumn =
  (mark: (at: Altered, column: ObjectPath, command: Command) => void): Mark =>
  (at, command) =>
    eachOf(at, (path) => mark(at, memberPath(path, 'columns', command.name ?? ''), command));

/** Of a column, one property: who reads the column does not mind. */
const property =
  (setting: string): Mark =>
  (at, command) => {
    const column = memberPath(at.path, 'columns', command.name ?? '');
    at.marks.reads(column);
    at.marks.dependent(setting === 'default' ? memberPath(column, 'settings', setting) : column, () =>
      markReads(at.marks, command.def),
    );
    if (setting === 'default') markAssigned(at.marks, at.table, command.name, command.def);
    eachOf(at, (path) =>
      at.marks.changes(memberPath(memberPath(path, 'columns', command.name ?? ''), 'settings', setting)),
    );
  };

const trigger: Mark = ({ marks, path }, { name = '' }) => marks.changes(memberPath(path, 'triggers', name));

const COMMANDS: Partial<Record<AlterTableType, Mark>> = {
  AT_AddColumn: addColumn,
  AT_DropColumn: dropColumn,
  AT_AlterColumnType: onColumn((at, column, { def }) => {
    at.marks.dependent(column, () => {
      markType(at.marks, as('ColumnDef', def)?.typeName);
      markSchemaObject(at.marks, 'collation', nameOf(as('ColumnDef', def)?.collClause?.collname));
    });
    markReads(at.marks, as('ColumnDef', def)?.raw_default, [sourceNamed(at.table, at.table.name)]);
    at.marks.changes(column);
  }),
  AT_ColumnDefault: property('default'),
  AT_CookedColumnDefault: property('default'),
  AT_SetNotNull: property('not null'),
  AT_DropNotNull: property('not null'),
  AT_AddIdentity: property('identity'),
  AT_SetIdentity: property('identity'),
  AT_DropIdentity: property('identity'),
  AT_SetExpression: property('expression'),
  AT_DropExpression: property('expression'),
  AT_SetStatistics: property('statistics'),
  AT_SetStorage: property('storage'),
  AT_SetCompression: property('compression'),
  AT_SetOptions: columnOptions,
  AT_ResetOptions: columnOptions,
  AT_SetRelOptions: options,
  AT_ResetRelOptions: options,
  AT_SetTableSpace: ({ marks, path }, { name }) => {
    readTablespace(marks, name);
    marks.changes(memberPath(path, 'settings', 'tablespace'));
  },
  AT_SetAccessMethod: ({ marks, path }, { name }) => {
    if (name !== undefined) marks.reads(globalPath('access method', name));
    marks.changes(memberPath(path, 'settings', 'access method'));
  },
  AT_AddConstraint: ({ marks, table }, { def }) => {
    const constraint = as('Constraint', def);
    if (constraint) markConstraintReads(marks, table, constraint);
  },
  AT_DropConstraint: dropConstraint,
  AT_ValidateConstraint: ({ marks, path }, { name = '' }) => marks.changes(memberPath(path, 'constraints', name)),
  AT_AlterConstraint: ({ marks, path }, { def }) =>
    marks.changes(memberPath(path, 'constraints', as('ATAlterConstraint', def)?.conname ?? '')),
  AT_EnableTrig: trigger,
  AT_DisableTrig: trigger,
  AT_EnableAlwaysTrig: trigger,
  AT_EnableReplicaTrig: trigger,
  AT_EnableRule: ({ marks, path }, { name = '' }) => marks.changes(memberPath(path, 'rules', name)),
  AT_DisableRule: ({ marks, path }, { name = '' }) => marks.changes(memberPath(path, 'rules', name)),
  AT_AttachPartition: attach,
  AT_DetachPartition: attach,
  AT_DetachPartitionFinalize: attach,
  AT_AddInherit: inherit,
  AT_DropInherit: inherit,
  AT_AddOf: ({ marks, path }, { def }) => {
    markType(marks, as('TypeName', def));
    marks.changes(memberPath(path, 'settings', 'type'));
  },
  AT_ChangeOwner: ({ marks, path }, { newowner }) => {
    readRole(marks, newowner);
    marks.changes(memberPath(path, 'settings', 'owner'));
  },
  AT_ReplicaIdentity: ({ marks, path, table }, { def }) => {
    const index = as('ReplicaIdentityStmt', def)?.name;
    if (index) marks.reads(indexPath(marks.before, { schema: table.schema, name: index }));
    marks.changes(memberPath(path, 'settings', 'replica identity'));
  },
};

/** Each storage parameter is one of its own. */
function options({ marks, path }: Altered, { def }: Command): void {
  for (const { defnamespace, defname } of all('DefElem', as('List', def)?.items))
    marks.changes(memberPath(path, 'settings', [defnamespace, defname].filter(Boolean).join('.')));
}

function columnOptions(at: Altered, command: Command): void {
  const column = memberPath(at.path, 'columns', command.name ?? '');
  at.marks.reads(column);
  options({ ...at, path: column }, command);
}

function addColumn(at: Altered, { def }: Command): void {
  const definition = as('ColumnDef', def);
  if (!definition) return;
  if (at.marks.before.table(at.table)?.columns.has(definition.colname ?? '')) {
    // IF NOT EXISTS: it does nothing.
    at.marks.reads(memberPath(at.path, 'columns', definition.colname ?? ''), { weak: true });
    return;
  }
  markColumnNeeds(at.marks, at.table, definition);
  // Of a partition or child that is made later it would be a column, too.
  let isBelow = false;
  eachOf(at, (path) => {
    at.marks.creates(memberPath(path, 'columns', definition.colname ?? ''), isBelow);
    isBelow = true;
  });
}

/** With what cannot be without it. */
function dropColumn(at: Altered, { name = '', missing_ok }: Command): void {
  at.marks.ifThere(missing_ok, () => eachOf(at, (path) => at.marks.drops(memberPath(path, 'columns', name))));
  markGone(at);
}

function dropConstraint(at: Altered, { name = '', missing_ok }: Command): void {
  at.marks.ifThere(missing_ok, () => eachOf(at, (path) => at.marks.drops(memberPath(path, 'constraints', name))));
  markGone(at);
}

function attach({ marks, path, table }: Altered, { def, subtype }: Command): void {
  const written = relationName(as('PartitionCmd', def)?.name);
  if (!written) return;
  const partition = marks.before.resolve(written);
  if (marks.before.index(partition)) {
    marks.changes(indexPath(marks.before, partition));
    return;
  }
  markInherited(marks, table, subtype !== 'AT_AttachPartition');
  marks.readsAll(knownRelationPath(marks.before, partition));
  marks.changes(memberPath(knownRelationPath(marks.before, partition), 'settings', 'parent'));
  marks.changes(memberPath(path, 'partitions', partition.name));
}

function inherit({ marks, path }: Altered, { def, subtype }: Command): void {
  const written = relationName(as('RangeVar', def));
  if (!written) return;
  const parent = marks.before.resolve(written);
  markInherited(marks, parent, subtype !== 'AT_AddInherit');
  marks.changes(memberPath(path, 'settings', 'parent'));
}

/** The table, and its partitions and children: what is done to it is done to them. */
function eachOf({ marks, table }: Altered, mark: (path: ObjectPath) => void): void {
  for (const one of [table, ...familyBelow(marks.before, table)]) mark(knownRelationPath(marks.before, one));
}

/** Constraints and indexes that are there now, and the sequences that came with columns. */
function markMade({ marks, table, path }: Altered): void {
  const [old, now] = [marks.before.table(table), marks.after.table(table)];
  for (const name of added(old?.constraints, now?.constraints)) marks.creates(memberPath(path, 'constraints', name));
  for (const name of added(old?.indexes, now?.indexes)) marks.creates(memberPath(path, 'indexes', name));
  const before = new Set(marks.before.sequencesOf(table).map(({ name }) => name.name));
  for (const { name } of marks.after.sequencesOf(table))
    if (!before.has(name.name)) marks.creates(relationPath(name, 'sequence'));
}

/** Constraints and indexes that went along, here and in the tables that pointed here; views that went by CASCADE. */
function markGone({ marks, table, path }: Altered): void {
  const [old, now] = [marks.before.table(table), marks.after.table(table)];
  for (const name of added(now?.constraints, old?.constraints)) marks.drops(memberPath(path, 'constraints', name));
  for (const name of added(now?.indexes, old?.indexes)) marks.drops(memberPath(path, 'indexes', name));
  for (const { table: other, constraint } of marks.before.referencing(table))
    if (!marks.after.table(other.name)?.constraints.has(constraint))
      marks.drops(memberPath(knownRelationPath(marks.before, other.name), 'constraints', constraint));
  for (const view of marks.before.dependents(table))
    if (!marks.after.table(view)) marks.drops(knownRelationPath(marks.before, view));
}

type Named = KnownTable['constraints'] | KnownTable['indexes'] | undefined;

function added(before: Named, after: Named): string[] {
  return [...(after?.keys() ?? [])].filter((name) => !before?.has(name));
}
