import type { KnownFunction } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Complaint } from '../finding.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { wordsOf } from '../help/tokens.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

/** The first major version that makes and maintains indexes and materialized views with a search_path of its own (measured). */
const RESTRICTED = 17;

export const rule: Rule = {
  id: 'index-function-search-path',
  topic: 'security',
  summary: 'An index or materialized view calls a function that finds names only by the search_path of the session',
  severity: 'warning',
  weighed: false,
  on: ['IndexStmt', 'CreateTableAsStmt'],
  *file(file) {
    for (const subject of file.body) {
      for (const expression of kept(subject)) yield* complaints(file, subject, expression);
    }
  },
};

/** Expressions that the server computes again by itself: of indexes and materialized views. */
function kept({ tree }: Subject): (Node | undefined)[] {
  const index = as('IndexStmt', tree?.node);
  const view = as('CreateTableAsStmt', tree?.node);
  if (view?.objtype === 'OBJECT_MATVIEW') return [view.query];
  return index ? [...all('IndexElem', index.indexParams).map(({ expr }) => expr), index.whereClause] : [];
}

function* complaints(file: FileSubject, subject: Subject, expression: Node | undefined) {
  for (const call of nodesOf('FuncCall', expression)) {
    const name = nameOf(call.funcname);
    const found = file.after.functions(name).find(({ settings }) => !settings.includes('search_path'));
    const unqualified = found && unqualifiedName(file, subject, found);
    if (unqualified !== undefined) yield { subject, ...complaint(subject, call, found!, unqualified) };
  }
}

/** A name in the function's body that only a search_path finds: known from the files, and without a schema before it. */
function unqualifiedName({ body, after }: FileSubject, subject: Subject, { name }: KnownFunction): string | undefined {
  const text = body
    .filter(({ index }) => index < subject.index)
    .flatMap(({ tree }) => as('CreateFunctionStmt', tree?.node) ?? [])
    .filter(({ funcname }) => isSame(after, nameOf(funcname), name))
    .map(bodyOf)
    .at(-1);
  const words = wordsOf(text ?? '').map(({ start, end }) => (text ?? '').slice(start, end));
  return words.find((word, i) => {
    if (words[i - 1] === '.' || words[i + 1] === '.') return false;
    const isCalled = words[i + 1] === '(' && after.functions({ name: word }).length > 0;
    return isCalled || after.table({ name: word })?.kind.endsWith('table') === true;
  });
}

function bodyOf({ options }: Fields<'CreateFunctionStmt'>): string {
  const text = all('DefElem', options).find(({ defname }) => defname === 'as')?.arg;
  return all('String', as('List', text)?.items)[0]?.sval ?? '';
}

function complaint(
  subject: Subject,
  call: Fields<'FuncCall'>,
  { name }: KnownFunction,
  unqualified: string,
): Complaint {
  const said = `${shown(name)} speaks of ${displayIdentifier(unqualified)} without its schema`;
  const offset = subject.tree?.offsetOf(call.location) ?? 0;
  const why = 'Name the schema in the body, or give the function SET search_path.';
  if (subject.options.serverMajor < RESTRICTED) {
    return {
      offset,
      message: `${said}, so that a dump with it cannot be restored, and no server since 17 makes it`,
      why,
    };
  }
  const message = `${said}, and this statement, as REINDEX, REFRESH and VACUUM, runs with search_path = pg_catalog, pg_temp: it fails`;
  return { severity: 'error', offset, message, why };
}
