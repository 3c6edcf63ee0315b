import { effectOn, type FormUse, LOCK_MODES } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf, commandOf, restWithout } from '../help/alter-table.ts';
import { addedNotValid } from '../help/earlier.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

const VALIDATES = ['validate-check', 'validate-foreign-key', 'validate-not-null', 'validate-constraint'] as const;

export const rule: Rule = {
  id: 'not-valid-validate-same-transaction',
  topic: 'locks',
  summary: 'A constraint that is validated in the transaction that adds it reads every row under the lock of adding it',
  severity: 'warning',
  weighed: true,
  on: VALIDATES,
  aliases: ['pgfence:not-valid-validate-same-tx'],
  *statement(subject) {
    for (const use of usesOf(subject, ...VALIDATES)) {
      const added = addedNotValid(subject, use);
      if (added) yield complaint(subject, use, added);
      else if (isBesideStronger(subject, use)) yield besideOthers(subject, use);
    }
  },
};

/** Another command of the same ALTER TABLE takes a lock that blocks writes, and all of them share the strongest. */
function isBesideStronger({ uses, options }: Subject, use: FormUse): boolean {
  return uses.some((other) => {
    const { lock } = effectOn(other.form, options.serverMajor);
    return other !== use && lock !== null && LOCK_MODES.indexOf(lock) >= LOCK_MODES.indexOf('ShareLock');
  });
}

function besideOthers(subject: Subject, use: FormUse): Complaint {
  const constraint = use.part === undefined ? 'the constraint' : displayIdentifier(use.part);
  return {
    offset: use.offset,
    message: `${targetOf(use)} is held under the lock of the other commands while every row is validated for ${constraint}`,
    why: 'One ALTER TABLE takes the strongest lock of its commands for all of them. Validated in a migration of its own, the table stays in use.',
    use,
    ...fixOf(subject, () => takenOut(subject, use)),
  };
}

function takenOut(subject: Subject, use: FormUse): Fix | undefined {
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_ValidateConstraint');
  const rest = alter && part && restWithout(alter, part);
  if (!rest) return undefined;
  const validate = {
    name: stepName('validate', use.part ?? 'constraint'),
    sql: [`${alter.head} ${part.text}`],
    rollback: [],
  };
  const first = { name: stepName('alter', alter.name.name), sql: [rest], rollback: [] };
  return shownFix('validate it in a migration of its own, behind this one', [first, validate]);
}

function complaint(subject: Subject, use: FormUse, added: Subject): Complaint {
  const constraint = use.part === undefined ? 'the constraint' : displayIdentifier(use.part);
  return {
    offset: use.offset,
    message: `${targetOf(use)} stays locked from adding ${constraint}, on line ${added.statement.line}, until every row is validated`,
    why: 'A lock is kept to the end of its transaction, so NOT VALID saves nothing here. Validated in a migration of its own, the table stays in use.',
    use,
    ...fixOf(subject, () => apart(subject, use)),
  };
}

/** Whatever stands behind it may need it, so that a person has to move it. */
function apart(subject: Subject, use: FormUse): Fix | undefined {
  const alter = alterTableOf(subject);
  if (!alter || alter.commands.length > 1) return undefined;
  const step = { name: stepName('validate', use.part ?? 'constraint'), sql: [subject.statement.sql], rollback: [] };
  return shownFix('validate it in a migration of its own, behind this one', [step]);
}
