import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { addColumnUses } from './add-column.ts';
import { alterTypeUse } from './alter-type.ts';
import { addConstraintUse, dropConstraintUse, validateConstraintUse } from './constraints.ts';
import { firstLocation } from './location.ts';
import { setNotNullForm } from './not-null.ts';
import { attachUse, detachUse, finalizeUse } from './partitions.ts';
import { indexesOf, referencedBy, referencingOf, sequencesOf, viewsWith } from './roles.ts';
import { type Context, type Details, type Named, use } from './use.ts';

type Command = Fields<'AlterTableCmd'>;
type Statement = Fields<'AlterTableStmt'>;

/** ALTER TABLE and its like (ALTER INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW): each of its commands. */
export function alterTableUses(context: Context, statement: Statement): FormUse[] {
  // Types of rows have no rows of their own.
  if (statement.objtype === 'OBJECT_TYPE') return [];
  return all('AlterTableCmd', statement.cmds).flatMap((command) => commandUses(context, statement, command));
}

function commandUses(context: Context, statement: Statement, command: Command): FormUse[] {
  const target = relationName(statement.relation);
  const location = firstLocation(command.def) ?? statement.relation?.location;
  const details: Details = { location, only: statement.relation?.inh !== true };
  if (statement.objtype === 'OBJECT_INDEX') return indexUses(context, target, command, details);
  if (statement.objtype === 'OBJECT_VIEW' && isOptions(command))
    return [use(context, 'set-view-options', target, details)];
  const id = SIMPLE[command.subtype ?? ''];
  if (id) return [use(context, id, target, { ...details, part: command.name })];
  const read = READERS[command.subtype ?? ''];
  // What nobody has written down here takes the strongest lock, as ALTER TABLE does "unless explicitly noted" (manual).
  return read
    ? [read(context, target, command, details) ?? []].flat()
    : [use(context, 'alter-unknown', target, details)];
}

type Reader = (
  context: Context,
  target: QualifiedName | undefined,
  command: Command,
  details: Details,
) => FormUse | FormUse[] | undefined;

/** Commands that are one form whatever they say and whatever is known. */
const SIMPLE: Readonly<Record<string, FormId>> = {
  AT_DropNotNull: 'drop-not-null',
  AT_DropExpression: 'drop-expression',
  AT_AddIdentity: 'add-identity',
  AT_SetStatistics: 'set-statistics',
  AT_SetOptions: 'set-column-options',
  AT_ResetOptions: 'set-column-options',
  AT_SetStorage: 'set-storage',
  AT_SetCompression: 'set-compression',
  AT_ChangeOwner: 'owner-to',
  AT_SetLogged: 'set-logged',
  AT_SetUnLogged: 'set-unlogged',
  AT_SetAccessMethod: 'set-access-method',
  AT_SetTableSpace: 'set-tablespace',
  AT_SetRelOptions: 'set-options',
  AT_ResetRelOptions: 'set-options',
  AT_ReplicaIdentity: 'replica-identity',
  AT_EnableRowSecurity: 'row-security',
  AT_DisableRowSecurity: 'row-security',
  AT_ForceRowSecurity: 'row-security',
  AT_NoForceRowSecurity: 'row-security',
  AT_EnableTrig: 'disable-trigger',
  AT_EnableAlwaysTrig: 'disable-trigger',
  AT_EnableReplicaTrig: 'disable-trigger',
  AT_EnableTrigAll: 'disable-trigger',
  AT_EnableTrigUser: 'disable-trigger',
  AT_DisableTrig: 'disable-trigger',
  AT_DisableTrigAll: 'disable-trigger',
  AT_DisableTrigUser: 'disable-trigger',
  AT_EnableRule: 'disable-rule',
  AT_EnableAlwaysRule: 'disable-rule',
  AT_EnableReplicaRule: 'disable-rule',
  AT_DisableRule: 'disable-rule',
};

const READERS: Readonly<Record<string, Reader>> = {
  AT_ClusterOn: (context, target, { name = '' }, details) => {
    const index = { ...(target?.schema ? { schema: target.schema } : {}), name };
    return use(context, 'cluster-on', target, { ...details, part: name, names: { indexes: [index] } });
  },
  AT_DropCluster: (context, target, _, details) =>
    use(context, 'cluster-on', target, { ...details, names: { indexes: [] } }),
  AT_AddColumn: (context, target, { def }, details) => {
    const column = as('ColumnDef', def);
    return column && addColumnUses(context, target, column, details);
  },
  AT_DropColumn: (context, target, { name = '', behavior }, details) =>
    use(context, 'drop-column', target, {
      ...details,
      // Also with ONLY: children learn that the column is now their own.
      only: false,
      part: name,
      names: columnPartners(context, target, name, behavior),
    }),
  AT_SetIdentity: (context, target, { name }, details) => identityUse(context, 'set-generated', target, name, details),
  AT_DropIdentity: (context, target, { name }, details) => identityUse(context, 'drop-identity', target, name, details),
  AT_ColumnDefault: (context, target, { def, name }, details) =>
    use(context, def ? 'set-default' : 'drop-default', target, { ...details, part: name }),
  AT_SetExpression: (context, target, { name = '' }, details) => {
    const isVirtual = context.known.table(target)?.columns.get(name)?.generated === 'virtual';
    return use(context, isVirtual ? 'set-expression-virtual' : 'set-expression', target, { ...details, part: name });
  },
  AT_SetNotNull: (context, target, { name = '' }, details) =>
    use(context, setNotNullForm(context, target, name), target, { ...details, part: name }),
  AT_AlterColumnType: (context, target, { def, name = '' }, details) => {
    const column = as('ColumnDef', def);
    return column && alterTypeUse(context, target, name, column, details);
  },
  AT_AddConstraint: (context, target, { def }, details) => {
    const constraint = as('Constraint', def);
    return constraint && addConstraintUse(context, target, constraint, details);
  },
  AT_ValidateConstraint: (context, target, { name = '' }, details) =>
    validateConstraintUse(context, target, name, details),
  AT_DropConstraint: (context, target, { name = '' }, details) => dropConstraintUse(context, target, name, details),
  AT_AlterConstraint: alterConstraint,
  AT_AttachPartition: (context, target, { def }) => {
    const partition = as('PartitionCmd', def);
    return partition && attachUse(context, target, partition);
  },
  AT_DetachPartition: (context, target, { def }) => {
    const partition = as('PartitionCmd', def);
    return partition && detachUse(context, target, partition);
  },
  AT_DetachPartitionFinalize: (context, target, { def }) => {
    const partition = as('PartitionCmd', def);
    return partition && finalizeUse(context, target, partition);
  },
  AT_AddInherit: (context, target, command, details) => inherits(context, 'inherit', target, command, details),
  AT_DropInherit: (context, target, command, details) => inherits(context, 'no-inherit', target, command, details),
};

function identityUse(
  context: Context,
  id: FormId,
  target: QualifiedName | undefined,
  part: string | undefined,
  details: Details,
): FormUse {
  const table = context.known.table(target);
  const sequences = table && part ? sequencesOf(context.known, table, part) : [];
  return use(context, id, target, { ...details, part, names: sequences.length > 0 ? { sequence: sequences } : {} });
}

function alterConstraint(
  context: Context,
  target: QualifiedName | undefined,
  { def }: Command,
  details: Details,
): FormUse {
  const change = as('ATAlterConstraint', def);
  const enforces = change?.alterEnforceability === true && change.is_enforced === true;
  const name = change?.conname ?? '';
  const references = context.known.table(target)?.constraints.get(name)?.references;
  return use(context, enforces ? 'alter-constraint-enforced' : 'alter-constraint', target, {
    ...details,
    part: name,
    names: references ? { 'referenced table': [references.table] } : {},
  });
}

function inherits(
  context: Context,
  id: FormId,
  target: QualifiedName | undefined,
  { def }: Command,
  details: Details,
): FormUse {
  const parent = relationName(as('RangeVar', def));
  return use(context, id, target, { ...details, names: { parent: parent ? [parent] : [] } });
}

/** What uses the column is dropped with it. */
function columnPartners(
  { known }: Context,
  target: QualifiedName | undefined,
  column: string,
  behavior: Command['behavior'],
): Named {
  const table = known.table(target);
  if (!table) return {};
  return {
    indexes: indexesOf(table, column),
    sequence: sequencesOf(known, table, column),
    'dependent views': behavior === 'DROP_CASCADE' ? viewsWith(known, table, column) : [],
    'referenced table': referencedBy(table, column),
    'referencing tables': referencingOf(known, table, column),
  };
}

function isOptions({ subtype }: Command): boolean {
  return subtype === 'AT_SetRelOptions' || subtype === 'AT_ResetRelOptions';
}

const OF_INDEXES: Readonly<Record<string, FormId>> = {
  AT_SetRelOptions: 'alter-index',
  AT_ResetRelOptions: 'alter-index',
  AT_SetStatistics: 'alter-index',
  AT_SetTableSpace: 'index-set-tablespace',
};

function indexUses(context: Context, target: QualifiedName | undefined, command: Command, details: Details): FormUse[] {
  const partition = as('PartitionCmd', command.def)?.name;
  const name = relationName(partition);
  const id = OF_INDEXES[command.subtype ?? ''];
  if (id) return [use(context, id, target, details)];
  if (command.subtype !== 'AT_AttachPartition' || !name) return [use(context, 'alter-unknown', target, details)];
  const tables = [target, name].flatMap((index) => context.known.index(index)?.table.name ?? []);
  const names = { partition: [name], ...(tables.length > 0 ? { 'table of the index': tables } : {}) };
  return [use(context, 'attach-index-partition', target, { part: name.name, location: partition?.location, names })];
}
