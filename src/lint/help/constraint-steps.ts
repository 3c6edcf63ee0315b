import { displayIdentifier } from '../../sql/quote.ts';
import type { FixStep } from '../finding.ts';
import { stepName } from './names.ts';

/**
 * Adds a constraint without reading the rows, then checks them under a lock that blocks neither reads nor writes. The second
 * step needs a transaction of its own: the first one's lock is kept until the end of its own.
 */
export function constraintSteps(head: string, name: string, definition: string, rest?: string): FixStep[] {
  const constraint = displayIdentifier(name);
  const add = `${head} ADD CONSTRAINT ${constraint} ${definition} NOT VALID`;
  const drop = `${head} DROP CONSTRAINT ${constraint}`;
  return [
    { name: stepName('add', name), sql: rest === undefined ? [add] : [rest, add], rollback: [drop] },
    {
      name: stepName('validate', name),
      sql: [`${head} VALIDATE CONSTRAINT ${constraint}`],
      // Nothing makes a constraint NOT VALID again, so it is made anew.
      rollback: [drop, add],
    },
  ];
}
