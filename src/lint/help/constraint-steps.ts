import { displayIdentifier } from '../../sql/quote.ts';
import type { FixStep } from '../finding.ts';
import { stepName } from './names.ts';

/** Makes the statement in which a command stands; by default the command alone. */
export type Around = (command: string) => string;

/**
 * Adds a constraint without reading the rows, then checks them under a lock that blocks neither reads nor writes. The second
 * step needs a transaction of its own: the first one's lock is kept until the end of its own.
 */
export function constraintSteps(
  head: string,
  name: string,
  definition: string,
  around: Around = (command) => `${head} ${command}`,
): FixStep[] {
  const constraint = displayIdentifier(name);
  const add = `ADD CONSTRAINT ${constraint} ${definition} NOT VALID`;
  const drop = `${head} DROP CONSTRAINT ${constraint}`;
  return [
    { name: stepName('add', name), sql: [around(add)], rollback: [drop] },
    {
      name: stepName('validate', name),
      sql: [`${head} VALIDATE CONSTRAINT ${constraint}`],
      // Nothing makes a constraint NOT VALID again, so it is made anew.
      rollback: [drop, `${head} ${add}`],
    },
  ];
}
