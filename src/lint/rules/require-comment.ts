import { quoteLiteral } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { shown } from '../help/shown.ts';
import { tableKey } from '../help/tables.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-comment',
  topic: 'design',
  summary: 'A table is made and the file has no COMMENT ON it',
  severity: 'off',
  weighed: false,
  on: ['CreateStmt'],
  *file(file) {
    const commented = tablesCommented(file);
    for (const subject of file.body) {
      const create = as('CreateStmt', subject.tree?.node);
      const table = relationName(create?.relation);
      if (!create || !table || create.relation?.relpersistence === 't' || create.partbound) continue;
      if (commented.has(tableKey(file.after.resolve(table)))) continue;
      yield {
        subject,
        message: `nothing says what ${shown(table)} is for`,
        why: 'A COMMENT stays with the table: psql, reports and the next reader find it there.',
        ...fixOf(subject, comment(subject, table)),
      };
    }
  },
};

/** By tableKey. */
function tablesCommented({ body, after }: FileSubject): Set<string> {
  const names = body.flatMap(({ tree }) => {
    const comment = as('CommentStmt', tree?.node);
    return comment?.objtype === 'OBJECT_TABLE' ? (nameOf(as('List', comment.object)?.items) ?? []) : [];
  });
  return new Set(names.map((name) => tableKey(after.resolve(name))));
}

function comment(subject: Subject, table: QualifiedName) {
  const text = `COMMENT ON TABLE ${shown(table)} IS ${quoteLiteral('...')}`;
  return fixBeside(subject, 'say what the table is for', 'behind', text);
}
