import type { KnownTable, KnownType } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Fix } from '../finding.ts';
import { shown } from './shown.ts';

/** The type as SQL says it: `varchar(50)`. */
export function typeText({ name, modifiers, array }: KnownType): string {
  return `${name}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${array ? '[]' : ''}`;
}

/**
 * Instead of a rename: a second column that a trigger keeps equal to the first, so that old and new code both find theirs. The
 * last step is for when no old code runs any more. Undefined where the column's type is not known.
 */
export function columnTwins(
  known: KnownTable | undefined,
  { table, from, to }: { readonly table: QualifiedName; readonly from: string; readonly to: string },
): Fix | undefined {
  const type = known?.kind === 'table' ? known.columns.get(from)?.type : undefined;
  if (!type) return undefined;
  const names = { table: shown(table), from: displayIdentifier(from), to: displayIdentifier(to) };
  const trigger = displayIdentifier(`${table.name}_${from}_is_${to}`);
  const sync = { ...names, trigger, function: shown({ ...table, name: `${table.name}_${from}_is_${to}` }) };
  return {
    title: 'keep both names while the application moves from one to the other',
    automatic: false,
    steps: [
      {
        name: `add_${table.name}_${to}`,
        sql: [
          `ALTER TABLE ${sync.table} ADD COLUMN ${sync.to} ${typeText(type)}`,
          syncFunction(sync),
          syncTrigger(sync),
        ],
        rollback: [
          `DROP TRIGGER ${trigger} ON ${sync.table}`,
          `DROP FUNCTION ${sync.function}()`,
          `ALTER TABLE ${sync.table} DROP COLUMN ${sync.to}`,
        ],
      },
      {
        name: `fill_${table.name}_${to}`,
        comment: ['In batches where the table is large. Then release the code that reads and writes the new name.'],
        sql: [`UPDATE ${sync.table} SET ${sync.to} = ${sync.from} WHERE ${sync.to} IS DISTINCT FROM ${sync.from}`],
        rollback: [],
      },
      {
        name: `drop_${table.name}_${from}`,
        comment: [`Only when no running code says ${from} any more.`],
        sql: [
          `DROP TRIGGER ${trigger} ON ${sync.table}`,
          `DROP FUNCTION ${sync.function}()`,
          `ALTER TABLE ${sync.table} DROP COLUMN ${sync.from}`,
        ],
        rollback: [
          `ALTER TABLE ${sync.table} ADD COLUMN ${sync.from} ${typeText(type)}`,
          `UPDATE ${sync.table} SET ${sync.from} = ${sync.to}`,
          syncFunction(sync),
          syncTrigger(sync),
        ],
      },
    ],
  };
}

interface Sync {
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly trigger: string;
  readonly function: string;
}

function syncFunction({ from, to, function: name }: Sync): string {
  const lines = [
    'BEGIN',
    "  IF TG_OP = 'INSERT' THEN",
    `    NEW.${to} := coalesce(NEW.${to}, NEW.${from});`,
    `    NEW.${from} := NEW.${to};`,
    `  ELSIF NEW.${from} IS DISTINCT FROM OLD.${from} THEN`,
    `    NEW.${to} := NEW.${from};`,
    `  ELSIF NEW.${to} IS DISTINCT FROM OLD.${to} THEN`,
    `    NEW.${from} := NEW.${to};`,
    '  END IF;',
    '  RETURN NEW;',
    'END',
  ];
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$\n${lines.join('\n')}\n$$`;
}

function syncTrigger({ table, trigger, function: name }: Sync): string {
  return `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`;
}
