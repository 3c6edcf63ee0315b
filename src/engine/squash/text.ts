import type { Migration, ReplacedVersion } from '../../migration/migration.ts';
import type { WholeSchema } from '../../script/whole.ts';
import { beyondDatabase } from '../../sql/beyond-database.ts';
import { commentLine } from '../../sql/quote.ts';
import { chaptersWithRows } from '../generated/chapters.ts';
import type { Seeds } from '../generated/seeds.ts';
import { heading } from '../generated/sql-text.ts';

/** What the head of a squash says. */
export interface SquashHead {
  /** In the order in which they run. */
  readonly folded: readonly Migration[];
  /** YYYY-MM-DD. */
  readonly date: string;
  /** The folder with the folded files, from that of the squash. */
  readonly archive: string;
  /** Whether functions of it name what is made behind them. */
  readonly hasRoutines: boolean;
}

/** The migration that makes what the folded ones made: its text, whole. Undefined where they made nothing. */
export function squashText(
  { folded, date, archive, hasRoutines }: SquashHead,
  { chapters, last }: WholeSchema,
  { inserts, counters }: Seeds,
): string | undefined {
  const beyond = beyondOf(folded).map(({ sql }) => `${sql};\n`);
  const parts = [
    ...(beyond.length === 0 ? [] : [heading('What is beyond the database, as it was written'), beyond.join('\n')]),
    ...chaptersWithRows(chapters, inserts),
    ...(counters === '' ? [] : [heading('Where the counters stand'), counters]),
    ...(last === '' ? [] : [heading('Event triggers and default privileges'), last]),
  ];
  if (parts.length === 0) return undefined;
  const [first, end] = [folded[0]?.version, folded.at(-1)?.version];
  return [
    `-- What ${first} to ${end} make: ${folded.length} migrations in one file
-- Date: ${date}
${replacesLines(folded)}${allowLines(folded)}--
-- Written by "taskflow-db squash". A database that has all of these migrations has this one; a new one begins with it.
-- The files that it stands for are in ${archive}
`,
    ...(hasRoutines ? ['SET LOCAL check_function_bodies = off;\n'] : []),
    ...parts,
    commentLine(
      `IRREVERSIBLE: it stands for ${folded.length} migrations, of which nobody wants to go back; they are in ${archive}`,
    ),
    '',
  ].join('\n');
}

/** What scratch databases do without: roles above all, which what follows may grant to. It is taken over as it is. */
export function beyondOf(folded: readonly Migration[]): Migration['statements'] {
  return folded.flatMap(({ statements }) =>
    statements.filter(({ sql, words }) => beyondDatabase(sql, words) !== undefined),
  );
}

const BODY_DIGITS = 12;
const LINE_MAX = 116;

/** What each of them replaced is replaced by this one, too: some databases have only that. */
function replacesLines(folded: readonly Migration[]): string {
  const direct = folded.map(({ version, bodyChecksum }) => `${version}@${bodyChecksum.slice(0, BODY_DIGITS)}`);
  const groups = new Map<string, string[]>();
  for (const { version, headers } of folded)
    for (const one of headers.replaces) {
      const within = one.within ?? version;
      groups.set(within, [...(groups.get(within) ?? []), textOf(one)]);
    }
  return [
    ...linesOf('-- Replaces: ', direct),
    ...[...groups].flatMap(([within, versions]) => linesOf(`-- Replaces: ${within} = `, versions)),
  ].join('');
}

/** What was accepted of them stays accepted; each once. */
function allowLines(folded: readonly Migration[]): string {
  const lines = folded.flatMap(({ headers }) =>
    headers.allow.map(({ rule, reason }) => `-- Allow: ${rule} ${reason}\n`),
  );
  return [...new Set(lines)].join('');
}

function textOf({ version, body }: ReplacedVersion): string {
  return body === null ? version : `${version}@${body}`;
}

function linesOf(begin: string, versions: readonly string[]): string[] {
  const lines: string[] = [];
  for (const version of versions) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + version.length + 2 <= LINE_MAX)
      lines[lines.length - 1] = `${last}, ${version}`;
    else lines.push(begin + version);
  }
  return lines.map((line) => `${line}\n`);
}
