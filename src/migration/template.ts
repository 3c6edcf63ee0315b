import { Problem } from '../problem/problem.ts';

/** The file name for a new migration: the number after the highest there is, as wide as the others are, and the name. */
export function newFileName(
  existing: readonly { version: string; number: bigint }[],
  wanted: string,
  ending = '.sql',
): string {
  if (/[/\\]/.test(wanted)) {
    throw new Problem('usage', 'a migration is given a name, not a path', {
      found: wanted,
      expected: 'what the migration does, such as add_user_email',
      next: ['The folder is chosen with --dir.'],
    });
  }
  const name = wanted
    .trim()
    .replace(/\.(?:sql|ts|mjs)$/i, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  if (name === '') {
    throw new Problem('usage', `"${wanted}" has no letter or digit to make a file name of`, {
      expected: 'what the migration does, such as add_user_email',
    });
  }
  const highest = existing.reduce((most, one) => (one.number > most.number ? one : most), {
    version: '000',
    number: 0n,
  });
  const width = Math.max(3, /^\d*/.exec(highest.version)?.[0].length ?? 3);
  return `${String(highest.number + 1n).padStart(width, '0')}_${name}${ending}`;
}

/** What the header of a new file says. */
interface NewHeader {
  readonly version: string;
  /** Default: the name in words. */
  readonly description?: string | undefined;
  readonly author?: string | undefined;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Further headers: `Kind: data`. */
  readonly headers?: readonly string[];
}

function headerText({ version, description, author, date, headers = [] }: NewHeader): string {
  const words = version.replace(/^\d+[_-]/, '').replaceAll(/[_-]+/g, ' ');
  const first = description ?? words.charAt(0).toUpperCase() + words.slice(1);
  return `-- ${first.replaceAll(/\s+/g, ' ')}
${author ? `-- Author: ${author}\n` : ''}-- Date: ${date}
${headers.map((header) => `-- ${header}\n`).join('')}`;
}

/** The text of a file with this SQL, this for its way back, and these queries to prove it. */
export function writtenMigrationText(header: NewHeader, there: string, back: string, verify = ''): string {
  return `${headerText(header)}
${there.trimEnd()}

${verify === '' ? '' : `-- VERIFY:\n${commented(verify)}\n\n`}-- ROLLBACK:
${commented(back)}
`;
}

function commented(sql: string): string {
  const lines = sql.trimEnd().split('\n');
  return lines.map((line) => (line === '' ? '--' : `-- ${line}`)).join('\n');
}

/** The text of a new file: header, a place for the SQL, and an empty ROLLBACK section, which is an error until it is filled in. */
export function newMigrationText(header: NewHeader): string {
  return `${headerText(header)}
-- Write the change here, so that running it twice does no harm (IF NOT EXISTS, OR REPLACE), and below what undoes it.


-- ROLLBACK:
`;
}

/** The same for a data migration. Table and statement are missing, which is an error until they are filled in. */
export function newDataMigrationText(header: NewHeader): string {
  return `${headerText(header)}-- Kind: data
-- Batch: TABLE by KEY
-- Where: CONDITION

-- Name the table and a unique key of it above, and the rows that are still to be done (or remove that line). Write the change
-- here; :batch stands for the rows of one batch. For example:
-- UPDATE requests SET priority = 'HIGH' WHERE priority IS NULL AND :batch;


-- VERIFY:
-- SELECT count(*) = 0 FROM TABLE WHERE CONDITION;

-- ROLLBACK:
-- UPDATE TABLE SET COLUMN = NULL WHERE :batch;
`;
}

/** The same for one whose batches run code. */
export function newCodeMigrationText(header: NewHeader): string {
  return `${headerText(header).replaceAll(/^--/gm, '//')}// Kind: data
// Batch: TABLE by KEY
// Columns: COLUMN
// Writes: COLUMN
// Where: CONDITION

import type { DataBatch } from 'taskflow-db';

// Name above the table and a unique key of it, the columns that the code is given beside the key, those that it writes, and the
// rows that are still to be done (or remove that line). It gets rows of one batch, and gives back those that change:
export const batch: DataBatch = async (rows, context) => {
  return rows.map((row) => ({ ...row }));
};

// VERIFY:
// SELECT count(*) = 0 FROM TABLE WHERE CONDITION;

// ROLLBACK:
// UPDATE TABLE SET COLUMN = NULL WHERE :batch;
`;
}
