import type { AlterObjectSchemaStmt } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { fixOf } from '../help/fix.ts';
import { isNewHere } from '../help/made-here.ts';
import { isMadeIn } from '../help/new-names.ts';
import { kindWords } from '../help/object-kinds.ts';
import { objectName } from '../help/object-names.ts';
import { partOf } from '../help/part-of.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'changing-schema',
  topic: 'compatibility',
  summary: 'A table, view, type or function moves to another schema while it is in use',
  severity: 'error',
  weighed: false,
  on: ['AlterObjectSchemaStmt'],
  file: (file) => withAround(file, rule, judge),
};

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  const stmt = as('AlterObjectSchemaStmt', subject.tree?.node);
  const name = relationName(stmt?.relation) ?? objectName(stmt?.object);
  const schema = stmt?.newschema;
  if (!stmt || !name || schema === undefined || isNewHere(subject, name) || isMadeIn(later(name.name), name)) return;
  const kind = kindWords(stmt.objectType)?.toLowerCase() ?? 'object';
  yield {
    message: `the ${kind} ${shown(name)} is ${shown({ schema, name: name.name })} from the commit on: queries of the running application find it no more, unless their search_path holds both schemas`,
    why: 'A qualified name fails at once (42P01 or 42883); an unqualified one depends on the search_path of each role and session, and on whether the role may use the other schema.',
    ...partOf(subject, ['set-schema'], { target: name }),
    ...fixOf(subject, fixFor(stmt, subject.known.resolve(name), schema)),
  };
}

function fixFor({ objectType }: AlterObjectSchemaStmt, name: Required<QualifiedName>, schema: string): Fix | undefined {
  if (objectType !== 'OBJECT_TABLE') return undefined;
  const [old, moved] = [shown(name), shown({ schema, name: name.name })];
  return {
    title: 'leave an updatable view in the old schema, in the same transaction',
    automatic: false,
    steps: [
      {
        name: `move_${name.name}_to_${schema}`,
        comment: ['Roles that do not own it need on the view what they have on the table: GRANT it here, too'],
        sql: [
          `ALTER TABLE ${old} SET SCHEMA ${shown({ name: schema })}`,
          `CREATE VIEW ${old} AS SELECT * FROM ${moved}`,
        ],
        rollback: [`DROP VIEW ${old}`, `ALTER TABLE ${moved} SET SCHEMA ${shown({ name: name.schema })}`],
      },
    ],
  };
}
