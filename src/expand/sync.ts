import { displayIdentifier, dollarQuoted } from '../sql/quote.ts';
import type { ExpandPlan, Side } from './plan.ts';

/** The value of one column as the other holds it: over `NEW.`, or over the columns of a row. */
export function there({ value }: ExpandPlan, expression: string): string {
  return `${expression}${value.there}`;
}

export function back({ value }: ExpandPlan, expression: string): string {
  return `${expression}${value.back}`;
}

/** A condition that two values of the new type are not the same. */
export function differ({ value }: ExpandPlan, one: string, other: string): string {
  if (value.comparable) return `${one} IS DISTINCT FROM ${other}`;
  return `(${one})::pg_catalog.text COLLATE pg_catalog."C" IS DISTINCT FROM (${other})::pg_catalog.text`;
}

/**
 * What keeps two columns of a row equal whoever writes which. PostgreSQL tells by `UPDATE OF` which column a statement names, so
 * that a NULL which is written is told from one that is there because nobody has written yet.
 */
export function syncFunction(plan: ExpandPlan, old: Side, fresh: Side, replace = false): string {
  const [o, n] = [old, fresh].map(({ column }) => `NEW.${displayIdentifier(column)}`) as [string, string];
  const agree = differ(plan, n, there(plan, o));
  const lines = [
    'BEGIN',
    "  IF TG_ARGV[0] = 'insert' THEN",
    `    -- Whoever names the new column means it; ${fresh.default === null ? 'NULL' : 'its default'} is what those who do not know it leave there.`,
    `    IF ${notGiven(plan, n, fresh)} THEN`,
    `      ${n} := ${there(plan, o)};`,
    `    ELSIF ${agree} THEN`,
    `      ${o} := ${back(plan, n)};`,
    '    END IF;',
    "  ELSIF TG_ARGV[0] = 'old' THEN",
    `    -- Where one statement changes both, the new column counts.`,
    `    IF NOT (${differ(plan, n, `OLD.${displayIdentifier(fresh.column)}`)}) AND ${agree} THEN`,
    `      ${n} := ${there(plan, o)};`,
    '    END IF;',
    "  ELSIF TG_ARGV[0] = 'new' THEN",
    `    IF ${agree} THEN`,
    `      ${o} := ${back(plan, n)};`,
    '    END IF;',
    '  ELSE',
    '    -- Another column of a row that nobody has filled yet is written.',
    `    IF ${n} IS NULL THEN`,
    `      ${n} := ${there(plan, o)};`,
    '    ELSE',
    `      ${o} := ${back(plan, n)};`,
    '    END IF;',
    '  END IF;',
    '  RETURN NEW;',
    'END',
  ];
  const create = replace ? 'CREATE OR REPLACE FUNCTION' : 'CREATE FUNCTION';
  const body = dollarQuoted(`\n${lines.join('\n')}\n`, 'sync', true);
  return `${create} ${plan.sync.function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS ${body}`;
}

function notGiven(plan: ExpandPlan, value: string, { default: given }: Side): string {
  return given === null ? `${value} IS NULL` : `NOT (${differ(plan, value, `(${given})`)})`;
}

/** In the order of their names: what names the old column, then what names the new one, then what names neither. */
export function syncTriggers(plan: ExpandPlan, old: Side, fresh: Side): string[] {
  const [o, n] = [old, fresh].map(({ column }) => displayIdentifier(column)) as [string, string];
  const events = [
    ['insert', 'INSERT', ''],
    ['old', `UPDATE OF ${o}`, ''],
    ['new', `UPDATE OF ${n}`, ''],
    ['other', 'UPDATE', ` WHEN ((NEW.${n} IS NULL) <> (NEW.${o} IS NULL))`],
  ] as const;
  return events.map(
    ([what, event, when], i) =>
      `CREATE TRIGGER ${triggerName(plan, i)} BEFORE ${event} ON ${plan.table} FOR EACH ROW${when} EXECUTE FUNCTION ${plan.sync.function}('${what}')`,
  );
}

export function dropSync(plan: ExpandPlan): string[] {
  const triggers = [0, 1, 2, 3].map((i) => `DROP TRIGGER ${triggerName(plan, i)} ON ${plan.table}`);
  return [...triggers, `DROP FUNCTION ${plan.sync.function}()`];
}

function triggerName({ sync }: ExpandPlan, i: number): string {
  return displayIdentifier(`${sync.prefix}${sync.name}_${i + 1}`);
}
