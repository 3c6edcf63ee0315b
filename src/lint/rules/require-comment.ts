import { quoteLiteral } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-comment',
  topic: 'design',
  summary: 'A table is made and the file has no COMMENT ON it',
  severity: 'off',
  weighed: false,
  on: ['CreateStmt'],
  *file(file) {
    for (const subject of file.body) {
      const create = as('CreateStmt', subject.tree?.node);
      const table = relationName(create?.relation);
      if (!create || !table || create.relation?.relpersistence === 't' || create.partbound) continue;
      if (isCommented(file, table)) continue;
      yield {
        subject,
        message: `nothing says what ${shown(table)} is for`,
        why: 'A COMMENT stays with the table: psql, reports and the next reader find it there.',
        ...fixOf(subject, commented(subject, table)),
      };
    }
  },
};

function isCommented({ body, after }: FileSubject, table: QualifiedName): boolean {
  return body.some(({ tree }) => {
    const comment = as('CommentStmt', tree?.node);
    return comment?.objtype === 'OBJECT_TABLE' && isSame(after, nameOf(as('List', comment.object)?.items), table);
  });
}

function commented(subject: Subject, table: QualifiedName) {
  const comment = `COMMENT ON TABLE ${shown(table)} IS ${quoteLiteral('...')}`;
  return fixBeside(subject, 'say what the table is for', 'behind', comment);
}
