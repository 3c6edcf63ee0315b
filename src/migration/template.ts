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

/** The text of a new file: header, a place for the SQL, and an empty ROLLBACK section, which is an error until it is filled in. */
export function newMigrationText(options: {
  version: string;
  description?: string | undefined;
  author?: string | undefined;
  date: string;
}): string {
  const words = options.version.replace(/^\d+[_-]/, '').replaceAll(/[_-]+/g, ' ');
  const description = options.description ?? words.charAt(0).toUpperCase() + words.slice(1);
  return `-- ${description.replaceAll(/\s+/g, ' ')}
${options.author ? `-- Author: ${options.author}\n` : ''}-- Date: ${options.date}

-- Write the change here, so that running it twice does no harm (IF NOT EXISTS, OR REPLACE), and below what undoes it.


-- ROLLBACK:
`;
}
