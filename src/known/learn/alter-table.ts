import type { AlterTableType } from '@pgsql/types';
import { relationName } from '../../syntax/names.ts';
import { as, type Fields } from '../../syntax/tree.ts';
import type { RelationName } from '../table.ts';
import { typeOf } from '../types.ts';
import { volatilityOf } from '../volatility.ts';
import { addColumn, addSequence, identityKind } from './columns.ts';
import { addConstraint, changeColumn, cloneAll, familyOf } from './constraints.ts';
import { linkChild, linkPartition } from './create-table.ts';
import { removeColumn, removeConstraint, without } from './drop.ts';
import type { Learning } from './indexes.ts';

type Command = Fields<'AlterTableCmd'>;

/** ALTER TABLE, also of views, composite types, foreign tables; of an index nothing that is kept here. */
export function learnAlterTable(
  at: Learning,
  { relation, cmds, objtype, missing_ok: ifExists }: Fields<'AlterTableStmt'>,
) {
  const name = relationName(relation);
  if (!name || objtype === 'OBJECT_INDEX' || objtype === 'OBJECT_SEQUENCE') return;
  const table = objtype === 'OBJECT_TYPE' ? at.draft.resolveType(name) : at.draft.resolve(name);
  if (at.draft.index(table) || (ifExists && !at.draft.table(table))) return;
  for (const node of cmds ?? []) {
    const command = as('AlterTableCmd', node);
    if (command) COMMANDS[command.subtype as AlterTableType]?.(at, table, command);
  }
}

type Learn = (at: Learning, table: RelationName, command: Command) => void;

const COMMANDS: Partial<Record<AlterTableType, Learn>> = {
  AT_AddColumn: learnAddColumn,
  AT_DropColumn: (at, table, { name }) => removeColumn(at, table, name ?? ''),
  AT_AlterColumnType: learnType,
  AT_ColumnDefault: (at, table, { name, def }) =>
    changeColumn(at, table, name ?? '', { default: def && volatilityOf(at.draft, def), defaultValue: def }),
  AT_SetNotNull: (at, table, { name }) => changeColumn(at, table, name ?? '', { notNull: true }),
  AT_DropNotNull: (at, table, { name }) => changeColumn(at, table, name ?? '', { notNull: false }),
  AT_AddIdentity: (at, table, { name = '', def }) => {
    const constraint = as('Constraint', def);
    changeColumn(at, table, name, { identity: true, identityKind: constraint && identityKind(constraint) });
    addSequence(at, table, name);
  },
  // GENERATED and options of the sequence alike.
  AT_SetIdentity: (at, table, { name = '' }) => changeColumn(at, table, name, { identityKind: undefined }),
  AT_DropIdentity: (at, table, { name = '' }) => {
    changeColumn(at, table, name, { identity: false });
    removeSequences(at, table, name);
  },
  AT_DropExpression: (at, table, { name }) => changeColumn(at, table, name ?? '', { generated: undefined }),
  AT_AddConstraint: (at, table, { def }) => {
    const constraint = as('Constraint', def);
    if (constraint) addConstraint({ ...at, table, constraint, isNew: false });
  },
  AT_DropConstraint: (at, table, { name }) => removeConstraint(at, table, name ?? ''),
  AT_ValidateConstraint: (at, table, { name }) => validate(at, table, name ?? ''),
  AT_AlterConstraint: (at, table, { def }) => {
    const change = as('ATAlterConstraint', def);
    if (change?.alterEnforceability) setValidated(at, table, change.conname ?? '', change.is_enforced === true);
  },
  AT_EnableRowSecurity: ({ draft }, table) => draft.change(table, () => ({ rowSecurity: true })),
  AT_DisableRowSecurity: ({ draft }, table) => draft.change(table, () => ({ rowSecurity: false })),
  AT_SetLogged: ({ draft }, table) => draft.change(table, () => ({ persistence: undefined })),
  AT_SetUnLogged: ({ draft }, table) => draft.change(table, () => ({ persistence: 'unlogged' })),
  AT_AttachPartition: attach,
  AT_DetachPartition: detach,
  AT_AddInherit: (at, table, { def }) => {
    const parent = otherTable(at, def);
    if (parent) linkChild(at, parent, table);
  },
  AT_DropInherit: (at, table, { def }) => disinherit(at, table, otherTable(at, def)),
};

function learnAddColumn(at: Learning, table: RelationName, { def, missing_ok: ifNotExists }: Command): void {
  const definition = as('ColumnDef', def);
  if (!definition) return;
  if (ifNotExists && at.draft.table(table)?.columns.has(definition.colname ?? '')) return;
  addColumn(at, table, definition, false);
}

function learnType(at: Learning, table: RelationName, { name = '', def }: Command): void {
  const { typeName, collClause } = as('ColumnDef', def) ?? {};
  if (!typeName) return;
  const collation = as('String', collClause?.collname?.at(-1))?.sval;
  changeColumn(at, table, name, { type: typeOf(at.draft, typeName), collation });
}

function removeSequences({ draft }: Learning, table: RelationName, column: string): void {
  for (const { name, ownedBy } of draft.sequencesOf(table)) if (ownedBy?.column === column) draft.removeTable(name);
}

/** A valid NOT NULL constraint makes the column so. */
function validate(at: Learning, table: RelationName, name: string): void {
  setValidated(at, table, name, true);
  const constraint = at.draft.table(table)?.constraints.get(name);
  if (constraint?.type !== 'not null') return;
  for (const column of constraint.columns) changeColumn(at, table, column, { notNull: true });
}

function setValidated(at: Learning, table: RelationName, name: string, validated: boolean): void {
  const old = at.draft.table(table);
  const constraint = old?.constraints.get(name);
  if (!old || !constraint) return;
  at.draft.change(table, ({ constraints }) => ({
    constraints: new Map(constraints).set(name, { ...constraint, validated }),
  }));
  for (const child of familyOf(old)) setValidated(at, child, name, validated);
}

function attach(at: Learning, parent: RelationName, { def }: Command): void {
  const { name: relation, bound } = as('PartitionCmd', def) ?? {};
  const written = relationName(relation);
  if (!written) return;
  const partition = at.draft.resolve(written);
  linkPartition(at, parent, partition, bound);
  const table = at.draft.table(parent);
  if (!table) return;
  for (const { name, identity } of table.columns.values())
    if (identity) changeColumn(at, partition, name, { identity });
  cloneAll(at, table, partition);
}

function detach(at: Learning, parent: RelationName, { def }: Command): void {
  const written = relationName(as('PartitionCmd', def)?.name);
  if (!written) return;
  const partition = at.draft.resolve(written);
  at.draft.changeKnown(partition, ({ columns }) => ({
    partitionOf: undefined,
    isDefault: undefined,
    columns: new Map([...columns].map(([name, one]) => [name, one.identity ? { ...one, identity: false } : one])),
  }));
  at.draft.change(parent, ({ partitions }) => ({ partitions: without(partitions, partition) }));
}

function otherTable({ draft }: Learning, def: Command['def']): RelationName | undefined {
  const name = relationName(as('RangeVar', def));
  return name && draft.resolve(name);
}

function disinherit({ draft }: Learning, table: RelationName, parent: RelationName | undefined): void {
  if (!parent) return;
  draft.changeKnown(table, ({ inherits }) => ({ inherits: without(inherits, parent) }));
  draft.changeKnown(parent, ({ children }) => ({ children: without(children, table) }));
}
