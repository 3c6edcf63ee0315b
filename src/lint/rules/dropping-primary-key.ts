import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { addedConstraints, type DroppedConstraint, droppedConstraints } from '../help/constraint-drops.ts';
import { partOf } from '../help/part-of.ts';
import { dependents, names } from '../help/read-by.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'dropping-primary-key',
  topic: 'compatibility',
  summary: 'A primary key is dropped and no other one added in the same transaction',
  severity: 'error',
  weighed: false,
  on: ['AT_DropConstraint'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  for (const dropped of droppedConstraints(subject).filter(isPrimaryKey)) {
    const { table, name } = dropped;
    const added = addedConstraints([subject, ...later(table.name)], table);
    if (added.some(({ contype }) => contype === 'CONSTR_PRIMARY')) continue;
    const { tables } = dependents(subject.known, table);
    const pointing = tables.length === 0 ? '' : `; foreign keys of ${names(subject.known, tables)} need it`;
    yield {
      message: `${shown(table)} has no primary key from the commit on: ON CONFLICT on its columns fails (42P10), duplicates come in, and logical replication refuses UPDATE and DELETE (55000)${pointing}`,
      why: 'To exchange it, build the index of the new key concurrently, then drop the old one and add the new one USING INDEX in one ALTER TABLE.',
      ...partOf(subject, ['drop-constraint', 'drop-primary-key-cascade'], { target: table, part: name }),
    };
  }
}

function isPrimaryKey({ known, name }: DroppedConstraint): boolean {
  return known ? known.type === 'primary key' : name.endsWith('_pkey');
}
