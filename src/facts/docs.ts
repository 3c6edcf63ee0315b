import { lockBlocks, lockModeName } from '../sql/lock-modes.ts';
import { FAMILIES } from './forms.ts';
import { type Effect, type FormRow, LOCK_MODES, type LockMode, type OtherLock } from './row.ts';

const PATH = 'docs/locks.md';

const INTRO = `What each form of a statement does to those who use the same tables: which locks it takes, whether it writes a table anew, and whether it reads every row while it holds the lock. \`lint\` and \`plan\` judge by this table.

Every row that is marked *measured* is tried again by \`test/live/facts.test.ts\` and \`facts-held.test.ts\` on PostgreSQL 12, 13, 14, 15, 16, 17 and 18: its statements run in a transaction, and what the session then holds in \`pg_locks\`, the file of each table and index (\`pg_class.relfilenode\`) and the rows it has read are compared with the row, and so is what the statement was recognised as. What refuses a transaction is held up halfway by another session and looked at by a third. A row marked *manual* is only documented. \`facts-corpus.test.ts\` compares the statements of the corpus of \`lint\` in the same way.

Locks are held until the end of the transaction. Who waits for a lock also holds up those who come later and want one that conflicts with it. Locks on other relations are there as far as there are such relations: a table without indexes has none to lock. Reading a table (ACCESS SHARE) is left out where nobody notices.`;

const COLUMNS = ['Statement', 'Lock', 'On others', 'Writes anew', 'Reads every row', 'In a transaction', 'Known from'];

/** The document of the table of facts: path → text. Run by scripts/build.mjs --docs. */
export function generate(): Record<string, string> {
  const families = FAMILIES.flatMap(({ title, rows }) => [
    `## ${title}`,
    table(COLUMNS, Object.values(rows).map(rowOf)),
    ...olderOf(Object.values(rows)),
  ]);
  const parts = [
    '<!-- Generated from src/facts/forms/ by: node scripts/build.mjs --docs -->',
    '# Locks',
    INTRO,
    '## What a lock blocks',
    table(
      ['Lock', 'Blocks'],
      [...LOCK_MODES].reverse().map((mode) => [lockModeName(mode), lockBlocks(mode)]),
    ),
    ...families,
  ];
  return { [PATH]: `${parts.join('\n\n')}\n` };
}

function rowOf({ title, effect, since, samples, manual }: FormRow): string[] {
  const from = samples.length > 0 ? 'measured' : 'manual';
  const page = `[${from}](https://www.postgresql.org/docs/current/${manual}.html)`;
  return [
    escaped(title),
    effect.lock ? lockModeName(effect.lock) : '',
    othersText(effect.others, effect.lock),
    effect.rewrite === 'table' ? '**table**' : (effect.rewrite ?? ''),
    effect.scan ? '**yes**' : '',
    effect.transactional ? 'yes' : '**no**',
    since === undefined ? page : `${page}, ${since} on`,
  ];
}

/** Grouped by mode: `the same: indexes, partitions; SHARE: parent`. */
function othersText(others: readonly OtherLock[], own: LockMode | null = null): string {
  const modes = [...new Set(others.map(({ mode }) => mode))];
  return modes
    .map((mode) => {
      const on = others.filter((one) => one.mode === mode).map((one) => one.on);
      return `${mode === own ? 'the same' : lockModeName(mode)}: ${on.join(', ')}`;
    })
    .join('; ');
}

/** A list of what is otherwise on older servers. */
function olderOf(rows: readonly FormRow[]): string[] {
  const lines = rows.flatMap(({ title, until = [] }) =>
    until.map(({ major, effect }) => `- ${title}, up to ${major}: ${changes(effect)}.`),
  );
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function changes({ lock, others, rewrite, scan, transactional }: Partial<Effect>): string {
  return [
    ...(lock === undefined ? [] : [lock === null ? 'no lock' : lockModeName(lock)]),
    ...(others === undefined ? [] : [`on others ${othersText(others) || 'none'}`]),
    ...(rewrite === undefined ? [] : [rewrite === null ? 'nothing is written anew' : `writes the ${rewrite} anew`]),
    ...(scan === undefined ? [] : [scan ? 'reads every row' : 'reads no rows']),
    ...(transactional === undefined ? [] : [transactional ? 'in a transaction, too' : 'not in a transaction']),
  ].join(', ');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
