import type { Access } from '../../graph/access.ts';
import type { ObjectPath } from '../../graph/object.ts';
import type { FileComplaint, Subject } from '../rule.ts';

/** Where in the body an object is used: the statement, and in it the first place that names the object; nothing where no statement is known. */
export function objectPlace(
  body: readonly Subject[],
  object: ObjectPath,
  { line, offset }: Pick<Access, 'line' | 'offset'>,
): Pick<FileComplaint, 'subject' | 'offset'> {
  const subject = body.findLast((one) => !one.inside && one.statement.line <= line);
  if (!subject) return {};
  const { sql, offset: start } = subject.statement;
  const from = start < 0 || offset < start ? 0 : Math.min(offset - start, sql.length);
  return { subject, offset: nameIn(sql, object, from) ?? nameIn(sql, object, 0) ?? from };
}

function nameIn(sql: string, object: ObjectPath, from: number): number | undefined {
  const name = object.findLast((part) => part.name !== '' && part.space !== 'signature')?.name ?? '';
  const plain = name.replace(/[^\w]/g, '\\$&');
  const at = sql.slice(from).search(new RegExp(`(?<![\\w$])"?${plain}(?![\\w$])`, 'i'));
  return name === '' || at < 0 ? undefined : from + at;
}
