import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { dropped } from '../help/drops.ts';
import { madeHere } from '../help/made-here.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { typeMade } from '../help/types.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-type',
  topic: 'compatibility',
  summary: 'A type or domain is dropped and not made again in the same transaction',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { earlier, later }: Around): Generator<Complaint> {
  for (const name of dropped(subject, 'OBJECT_TYPE', 'OBJECT_DOMAIN')) {
    if (
      madeHere(subject, name, ['type', 'domain']) ||
      [...earlier(name.name), ...later(name.name)].some((one) => makes(one, name))
    )
      continue;
    yield {
      message: `the type ${shown(name)} is gone from the commit on: casts to it in queries of the running application, and function bodies that name it, fail (42704)`,
      why: 'PostgreSQL refuses it while a column has the type; names in queries and bodies it does not see. Drivers that keep the OID of an enum notice only when they meet it.',
    };
  }
}

function makes({ tree, known }: Subject, name: QualifiedName): boolean {
  return tree !== undefined && isSame(known, typeMade(tree.node), name);
}
