import { Problem } from '../problem/problem.ts';

/** The file name for a new migration: the number after the highest there is, as wide as the others are, and the name. */
export function newFileName(existing: readonly { version: string; number: bigint }[], wanted: string): string {
  if (/[/\\]/.test(wanted)) {
    throw new Problem('usage', 'a migration is given a name, not a path', {
      found: wanted,
      expected: 'what the migration does, such as add_user_email',
      next: ['The folder is chosen with --dir.'],
    });
  }
  const name = wanted
    .trim()
    .replace(/\.sql$/i, '')
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
  return `${String(highest.number + 1n).padStart(width, '0')}_${name}.sql`;
}

/** What the header of a new file says. */
interface NewHeader {
  readonly version: string;
  /** Default: the name in words. */
  readonly description?: string | undefined;
  readonly author?: string | undefined;
  /** YYYY-MM-DD. */
  readonly date: string;
}

function headerText({ version, description, author, date }: NewHeader): string {
  const words = version.replace(/^\d+[_-]/, '').replaceAll(/[_-]+/g, ' ');
  const first = description ?? words.charAt(0).toUpperCase() + words.slice(1);
  return `-- ${first.replaceAll(/\s+/g, ' ')}
${author ? `-- Author: ${author}\n` : ''}-- Date: ${date}
`;
}

/** The text of a file with this SQL, and this for its way back. */
export function writtenMigrationText(header: NewHeader, there: string, back: string): string {
  const lines = back.trimEnd().split('\n');
  const section = lines.map((line) => (line === '' ? '--' : `-- ${line}`)).join('\n');
  return `${headerText(header)}
${there.trimEnd()}

-- ROLLBACK:
${section}
`;
}

/** The text of a new file: header, a place for the SQL, and an empty ROLLBACK section, which is an error until it is filled in. */
export function newMigrationText(header: NewHeader): string {
  return `${headerText(header)}
-- Write the change here, so that running it twice does no harm (IF NOT EXISTS, OR REPLACE), and below what undoes it.


-- ROLLBACK:
`;
}
