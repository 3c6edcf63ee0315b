import { displayIdentifier, dollarQuoted } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { shown } from './shown.ts';

/** Statements that make a trigger, and those that drop it. */
export interface SyncTrigger {
  readonly make: readonly string[];
  readonly drop: readonly string[];
}

/** A trigger that computes one column of each row that is written: `value` is an expression over NEW. */
export function syncTrigger(table: QualifiedName, column: string, value: string): SyncTrigger {
  const name = `${table.name}_${column}_sync`;
  const called = shown({ ...table, name });
  const trigger = displayIdentifier(name);
  const body = `\nBEGIN\n  NEW.${displayIdentifier(column)} := ${value};\n  RETURN NEW;\nEND\n`;
  return {
    make: [
      `CREATE FUNCTION ${called}() RETURNS trigger LANGUAGE plpgsql AS ${dollarQuoted(body, 'sync', true)}`,
      `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${shown(table)} FOR EACH ROW EXECUTE FUNCTION ${called}()`,
    ],
    drop: [`DROP TRIGGER ${trigger} ON ${shown(table)}`, `DROP FUNCTION ${called}()`],
  };
}
