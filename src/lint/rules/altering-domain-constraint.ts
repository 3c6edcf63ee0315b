import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { listed, shown } from '../help/shown.ts';
import { firstInUse } from '../help/tables.ts';
import { wordsOf } from '../help/tokens.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'altering-domain-constraint',
  topic: 'locks',
  summary: 'A new constraint of a domain blocks writes to every table that uses it while their rows are checked',
  severity: 'warning',
  weighed: true,
  on: ['alter-domain-add-check', 'alter-domain-set-not-null'],
  aliases: ['squawk:ban-alter-domain-with-add-constraint'],
  *statement(subject) {
    for (const use of usesOf(subject, 'alter-domain-add-check', 'alter-domain-set-not-null')) {
      if (isUsed(subject, use)) yield complaint(subject, use);
    }
  },
};

/** Tables that nobody uses yet, or a domain that was made a moment ago, are checked at once. */
function isUsed(subject: Subject, use: FormUse): boolean {
  const tables = othersOf(use, 'tables using it');
  if (tables.length > 0) return firstInUse(subject, tables) !== undefined;
  return subject.known.domain(use.target)?.made?.version !== subject.migration.version;
}

function complaint(subject: Subject, use: FormUse): Complaint {
  const tables = othersOf(use, 'tables using it');
  const held = tables.length > 0 ? listed(tables.map(shown)) : `every table with a column of ${targetOf(use)}`;
  const table = firstInUse(subject, tables);
  return {
    offset: use.offset,
    message: `this blocks writes to ${held} while every row is checked`,
    why: 'All of those tables are held under SHARE at once. NOT VALID takes no lock on them; VALIDATE CONSTRAINT then takes it, at a time of your choice.',
    use,
    ...(table ? { table } : {}),
    ...fixOf(subject, () => inTwoSteps(subject, use)),
  };
}

/** Validating holds the tables as well, so that when to do it is for a person to say. */
function inTwoSteps(subject: Subject, use: FormUse): Fix | undefined {
  const alter = as('AlterDomainStmt', subject.tree?.node);
  if (!alter || !use.target || use.form.id !== 'alter-domain-add-check') return undefined;
  const name = as('Constraint', alter.def)?.conname;
  if (name === undefined) return undefined;
  const [domain, constraint] = [`ALTER DOMAIN ${shown(use.target)}`, displayIdentifier(name)];
  const add = `${domain} ${added(subject.statement.sql)} NOT VALID`;
  const drop = `${domain} DROP CONSTRAINT ${constraint}`;
  return shownFix('add it NOT VALID, and validate it when writes may wait', [
    { name: stepName('add', name), sql: [add], rollback: [drop] },
    { name: stepName('validate', name), sql: [`${domain} VALIDATE CONSTRAINT ${constraint}`], rollback: [drop, add] },
  ]);
}

function added(statement: string): string {
  const place = wordsOf(statement).find(({ word, depth }) => word === 'ADD' && depth === 0);
  return statement.slice(place?.start ?? 0);
}
