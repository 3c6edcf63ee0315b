import type { Known } from '../known/known.ts';
import type { KnownTable, RelationName } from '../known/table.ts';
import { nameOf, relationName } from '../syntax/names.ts';
import { as, type Fields, type Node, type NodeType, typeOf } from '../syntax/tree.ts';

/** A name that a statement gives to something. */
export interface NameMade {
  readonly name: string;
  /** The table that has it, where nobody can mean it without naming that one. */
  readonly of?: string;
}

/**
 * The names of all that a statement makes, as its footprint would tell, for a small part of what that costs; of some that it does not
 * make. Undefined: of such a statement only the footprint tells.
 */
export function namesMade(node: Node, before: Known, after: Known): readonly NameMade[] | undefined {
  const type = typeOf(node);
  if (MAKES_NOTHING.has(type)) return NOTHING;
  const names = NAMES[type] as ((fields: unknown, before: Known, after: Known) => NameMade[] | undefined) | undefined;
  return names?.(as(type, node), before, after);
}

const NOTHING: readonly NameMade[] = [];

const MAKES_NOTHING: ReadonlySet<NodeType> = new Set<NodeType>([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CopyStmt',
  'TruncateStmt',
  'DropStmt',
  'CommentStmt',
  'GrantStmt',
  'AlterDefaultPrivilegesStmt',
  'AlterOwnerStmt',
  'AlterSeqStmt',
  'AlterFunctionStmt',
  'VariableSetStmt',
  'CreateRoleStmt',
  'AlterRoleStmt',
  'AlterRoleSetStmt',
  'DropRoleStmt',
  'GrantRoleStmt',
  'DropOwnedStmt',
  'ReassignOwnedStmt',
  'AlterPolicyStmt',
  'CallStmt',
  'ClusterStmt',
  'ConstraintsSetStmt',
  'NotifyStmt',
  'TransactionStmt',
  'LockStmt',
  'RefreshMatViewStmt',
  'ReindexStmt',
  'VacuumStmt',
]);

type Names<Type extends NodeType> = (
  fields: Fields<Type>,
  before: Known,
  after: Known,
) => readonly NameMade[] | undefined;

const NAMES: { readonly [Type in NodeType]?: Names<Type> } = {
  CreateStmt: ({ relation }, before, after) => newTable(relation, before, after),
  IndexStmt: ({ relation }, before, after) => members(relation, before, after),
  AlterTableStmt: ({ relation, objtype }, before, after) =>
    objtype === 'OBJECT_TABLE' ? members(relation, before, after) : undefined,
  ViewStmt: ({ view }) => named(view?.relname),
  CreateTableAsStmt: ({ into }) => named(into?.rel?.relname),
  CreateSeqStmt: ({ sequence }) => named(sequence?.relname),
  CreateEnumStmt: ({ typeName }) => named(nameOf(typeName)?.name),
  CreateDomainStmt: ({ domainname }) => named(nameOf(domainname)?.name),
  CompositeTypeStmt: ({ typevar }) => named(typevar?.relname),
  CreateTrigStmt: ({ trigname }) => named(trigname),
  CreatePolicyStmt: ({ policy_name: name }) => named(name),
  AlterEnumStmt: ({ newVal }) => named(newVal),
  CreateFunctionStmt: (fields) => (makesMore(fields) ? undefined : named(nameOf(fields.funcname)?.name)),
  DoStmt: (fields) => (makesMore(fields) ? undefined : []),
  SelectStmt: (fields) => (fields.intoClause ? undefined : []),
  RenameStmt: ({ newname }) => named(newname),
};

function named(name: string | undefined): NameMade[] | undefined {
  return name === undefined ? undefined : [{ name }];
}

/** A body makes what it makes where it runs. */
function makesMore(fields: Fields<'CreateFunctionStmt'> | Fields<'DoStmt'>): boolean {
  const text = JSON.stringify(fields).replaceAll(/\\[a-z]/g, ' ');
  return /\b(?:create|alter|import|into)\b|Stmt"/i.test(text.replaceAll(/\binsert\s+into\b/gi, ''));
}

function newTable(relation: Fields<'RangeVar'> | undefined, before: Known, after: Known): NameMade[] | undefined {
  const written = relationName(relation);
  if (!written) return undefined;
  const { name, schema = before.defaultSchema } = written;
  const made: NameMade[] = [{ name }];
  for (const sequence of after.sequencesOf({ schema, name })) made.push({ name: sequence.name.name });
  return made;
}

/** Columns, constraints, indexes and sequences that a table has now. */
function members(relation: Fields<'RangeVar'> | undefined, before: Known, after: Known): NameMade[] | undefined {
  const written = relationName(relation);
  const table = written && after.table(before.resolve(written));
  if (!table) return undefined;
  const of = isNamedAlone(table) ? table.name.name : undefined;
  const old = before.table(table.name);
  const made: NameMade[] = [];
  for (const part of ['columns', 'constraints', 'indexes'] as const)
    if (table[part] !== old?.[part])
      for (const name of table[part].keys())
        if (!old?.[part].has(name)) made.push(of === undefined ? { name } : { name, of });
  addSequences(made, table.name, before, after);
  return made;
}

/** What is in it is in no other table, too; and its files name it wherever they use it. */
function isNamedAlone({ made, kind, partitions, children }: KnownTable): boolean {
  return made !== undefined && kind === 'table' && partitions.length === 0 && children.length === 0;
}

function addSequences(made: NameMade[], table: RelationName, before: Known, after: Known): void {
  const now = after.sequencesOf(table);
  if (now.length === 0) return;
  const old = before.sequencesOf(table);
  for (const { name } of now) if (!old.some((one) => one.name.name === name.name)) made.push({ name: name.name });
}
