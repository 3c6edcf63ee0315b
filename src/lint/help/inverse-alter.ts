import type { AlterTableCmd } from '@pgsql/types';
import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { shown } from './shown.ts';

type Undo = string | 'nothing' | undefined;

/** One ALTER TABLE that undoes another one, its commands from the last to the first; undefined where one cannot be told. */
export function inverseOfAlter({ tree, known }: Subject): readonly string[] | undefined {
  const stmt = as('AlterTableStmt', tree?.node);
  const name = relationName(stmt?.relation);
  if (!stmt || !name || stmt.objtype !== 'OBJECT_TABLE') return undefined;
  const table = known.table(name);
  const commands = all('AlterTableCmd', stmt.cmds)
    .map((cmd) => undo(cmd, table))
    .reverse();
  if (commands.includes(undefined)) return undefined;
  const needed = commands.filter((one) => one !== 'nothing');
  return needed.length === 0 ? [] : [`ALTER TABLE ${shown(name)} ${needed.join(', ')}`];
}

function undo(cmd: AlterTableCmd, table: KnownTable | undefined): Undo {
  const name = displayIdentifier(cmd.name ?? '');
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      return addedColumn(cmd, table);
    case 'AT_AddConstraint':
      return addedConstraint(cmd);
    case 'AT_SetNotNull':
      return changed(table?.columns.get(cmd.name ?? '')?.notNull, false, `ALTER COLUMN ${name} DROP NOT NULL`);
    case 'AT_DropNotNull':
      return changed(table?.columns.get(cmd.name ?? '')?.notNull, true, `ALTER COLUMN ${name} SET NOT NULL`);
    case 'AT_EnableRowSecurity':
      return changed(table?.rowSecurity, false, 'DISABLE ROW LEVEL SECURITY');
    case 'AT_DisableRowSecurity':
      return changed(table?.rowSecurity, true, 'ENABLE ROW LEVEL SECURITY');
    case 'AT_ColumnDefault':
      return hasNoDefault(cmd, table) ? `ALTER COLUMN ${name} DROP DEFAULT` : undefined;
    case 'AT_AddIdentity':
      return `ALTER COLUMN ${name} DROP IDENTITY`;
    case 'AT_EnableTrig':
      return `DISABLE TRIGGER ${name}`;
    case 'AT_DisableTrig':
      return `ENABLE TRIGGER ${name}`;
    case 'AT_ValidateConstraint':
      return 'nothing';
    default:
      return undefined;
  }
}

/** The way back to what was, if that was something else; undefined where it is not known. */
function changed(was: boolean | undefined, other: boolean, back: string): Undo {
  if (was === undefined) return undefined;
  return was === other ? back : 'nothing';
}

function addedColumn({ def, missing_ok }: AlterTableCmd, table: KnownTable | undefined): Undo {
  const column = as('ColumnDef', def)?.colname;
  if (column === undefined) return undefined;
  return missing_ok && table?.columns.has(column) ? 'nothing' : `DROP COLUMN ${displayIdentifier(column)}`;
}

/** One without a name gets it from the server. */
function addedConstraint({ def }: AlterTableCmd): Undo {
  const name = as('Constraint', def)?.conname;
  return name === undefined ? undefined : `DROP CONSTRAINT ${displayIdentifier(name)}`;
}

function hasNoDefault({ def, name = '' }: AlterTableCmd, table: KnownTable | undefined): boolean {
  const column = table?.columns.get(name);
  return (
    def !== undefined && column !== undefined && column.default === undefined && !column.identity && !column.generated
  );
}
