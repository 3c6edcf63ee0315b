import { Problem } from '../../problem/problem.ts';
import type { Told } from './knowledge.ts';

/**
 * Why no fix must be written into files: nobody knows which of them are applied, and an applied file that changes is refused from
 * then on. `named`: the files are named on the command line, so that a person answers for them.
 */
export function fixRefusal(
  { unasked, knowledge }: Pick<Told, 'unasked' | 'knowledge'>,
  named: boolean,
): Problem | undefined {
  if (unasked !== null)
    return refusal('the database that is named could not be asked which files are applied', {
      found: unasked,
      next: ['Run it again when the database can be asked, or name a statistics file: --stats FILE'],
    });
  if (knowledge.applied !== undefined || named) return undefined;
  return refusal('nobody said which files are applied', {
    found: 'no database, no statistics file and no file is named',
    next: [
      'Name the files that are not applied anywhere: taskflow-db lint --fix FILE',
      'Or name a database (--env or DATABASE_URL), or a statistics file of one (--stats FILE).',
    ],
  });
}

function refusal(why: string, fields: { readonly found: string; readonly next: readonly string[] }): Problem {
  return new Problem('usage', `--fix writes nothing: ${why}`, {
    ...fields,
    expected: 'to know it, for an applied file that changes no longer matches its checksum',
    state: 'No file was changed.',
  });
}
