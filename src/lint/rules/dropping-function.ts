import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { dropped } from '../help/drops.ts';
import { madeHere } from '../help/made-here.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-function',
  topic: 'compatibility',
  summary: 'A function, procedure or aggregate is dropped and not made again in the same transaction',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { earlier, later }: Around): Generator<Complaint> {
  for (const name of dropped(subject, 'OBJECT_FUNCTION', 'OBJECT_PROCEDURE', 'OBJECT_ROUTINE', 'OBJECT_AGGREGATE')) {
    if (madeHere(subject, name, ['function', 'procedure', 'aggregate'])) continue;
    if (later(name.name).some((one) => makes(one, name)) || wasOfTrigger(subject, earlier('trigger'), name)) continue;
    yield {
      message: `${shown(name)} is gone from the commit on, and every query and every function that calls it fails (42883)`,
      why: 'PostgreSQL keeps no record of calls in function bodies and in queries, so it drops it without a word. Let the callers stop first; CREATE OR REPLACE changes a body in place.',
      ...partOf(subject, ['drop-function', 'drop-function-cascade'], { target: name }),
    };
  }
}

/** A function of triggers cannot be called otherwise, and PostgreSQL keeps it while there is a trigger. */
function wasOfTrigger({ known }: Subject, earlier: readonly Subject[], name: QualifiedName): boolean {
  const dropsTrigger = earlier.some(({ tree }) => as('DropStmt', tree?.node)?.removeType === 'OBJECT_TRIGGER');
  return dropsTrigger && known.functions(name).every((one) => one.arguments.length === 0);
}

function makes({ tree, known }: Subject, name: QualifiedName): boolean {
  const made = as('CreateFunctionStmt', tree?.node)?.funcname ?? as('DefineStmt', tree?.node)?.defnames;
  return isSame(known, nameOf(made), name);
}
