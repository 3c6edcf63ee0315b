import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';

/** The names that a statement gives to what it makes or renames. */
export function givenNames(node: Node): string[] {
  return [
    ...ofTable(as('CreateStmt', node)),
    ...ofAlterTable(as('AlterTableStmt', node)),
    as('RenameStmt', node)?.newname,
    as('IndexStmt', node)?.idxname,
    as('CreateSchemaStmt', node)?.schemaname,
    as('CreateTrigStmt', node)?.trigname,
    relationName(as('ViewStmt', node)?.view)?.name,
    relationName(as('CreateTableAsStmt', node)?.into?.rel)?.name,
    relationName(as('CreateSeqStmt', node)?.sequence)?.name,
    relationName(as('CompositeTypeStmt', node)?.typevar)?.name,
    nameOf(as('CreateFunctionStmt', node)?.funcname)?.name,
    nameOf(as('CreateEnumStmt', node)?.typeName)?.name,
    nameOf(as('CreateDomainStmt', node)?.domainname)?.name,
  ].filter((name): name is string => name !== undefined && name !== '');
}

function ofTable(create: Fields<'CreateStmt'> | undefined): (string | undefined)[] {
  return create ? [create.relation?.relname, ...ofElements(create.tableElts)] : [];
}

function ofAlterTable(alter: Fields<'AlterTableStmt'> | undefined): (string | undefined)[] {
  const added = all('AlterTableCmd', alter?.cmds).filter(({ subtype }) => subtype !== 'AT_AlterColumnType');
  return ofElements(added.flatMap(({ def }) => def ?? []));
}

function ofElements(elements: readonly Node[] | undefined): (string | undefined)[] {
  const columns = all('ColumnDef', elements);
  const constraints = [...all('Constraint', elements), ...columns.flatMap((one) => all('Constraint', one.constraints))];
  return [...columns.map(({ colname }) => colname), ...constraints.map(({ conname }) => conname)];
}
