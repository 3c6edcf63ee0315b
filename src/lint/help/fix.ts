import type { Complaint, Fix, FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';

/** A fix as a field of a complaint. Inside a DO block there is no place for steps of their own. */
export function fixOf(subject: Subject, fix: Complaint['fix'] | undefined): Pick<Complaint, 'fix'> {
  return fix && subject.inside === undefined ? { fix } : {};
}

/** A fix that `lint --fix` may write: it ends in the same catalog. */
export function automaticFix(title: string, steps: readonly FixStep[]): Fix {
  return { title, steps, automatic: true };
}

/** A fix for people: something in it is theirs to decide. */
export function shownFix(title: string, steps: readonly FixStep[]): Fix {
  return { title, steps, automatic: false };
}

/** A fix for people that leaves the statement as it is and puts another one before or behind it. */
export function fixBeside({ statement }: Subject, title: string, beside: 'before' | 'behind', sql: string): Fix {
  const both = beside === 'before' ? [sql, statement.sql] : [statement.sql, sql];
  return shownFix(title, [{ name: 'same', sql: both, rollback: [] }]);
}
