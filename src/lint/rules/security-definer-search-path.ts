import { nameOf } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { ofType } from '../help/by-type.ts';
import { type DefinerRoutine, definerRoutine, safeSearchPath, searchPathOf } from '../help/definer.ts';
import { fixBeside, fixOf, shownFix } from '../help/fix.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'security-definer-search-path',
  topic: 'security',
  summary: 'A SECURITY DEFINER function looks names up by the search_path of whoever calls it',
  severity: 'error',
  weighed: false,
  on: ['CreateFunctionStmt', 'AlterFunctionStmt'],
  *file(file) {
    for (const subject of file.body) {
      const routine = definerRoutine(subject);
      if (!routine || routine.isBound) continue;
      const complaint = judged(subject, routine, pathOf(file, subject, routine));
      if (complaint) yield { subject, ...complaint };
    }
  },
};

/** What the statement sets, or a later ALTER FUNCTION of the file. */
function pathOf(
  { body }: FileSubject,
  { index, known }: Subject,
  { name, options }: DefinerRoutine,
): string[] | 'current' | undefined {
  const later = ofType(body, 'AlterFunctionStmt')
    .filter((one) => one.index > index)
    .flatMap(({ tree }) => as('AlterFunctionStmt', tree?.node) ?? [])
    .filter(({ func }) => isSame(known, nameOf(func?.objname), name))
    .map(({ actions }) => searchPathOf(all('DefElem', actions)))
    .findLast((path) => path !== undefined);
  return later ?? searchPathOf(options);
}

function judged(
  subject: Subject,
  routine: DefinerRoutine,
  path: ReturnType<typeof searchPathOf>,
): Complaint | undefined {
  const fix = fixOf(subject, pinned(subject, routine));
  const called = shown(routine.name);
  if (path === undefined) {
    return {
      message: `${called} runs with the rights of its owner and looks names up in the search_path of its caller, who can put tables, functions and operators of their own there`,
      why: 'So anybody who may call it can have code run as the owner (CVE-2007-2138, and CVE-2018-1058 for public). The search_path has to be part of the function.',
      ...fix,
    };
  }
  if (path === 'current') {
    return {
      message: `${called} gets the search_path of the session that makes it, which is another one with another role or client`,
      why: 'FROM CURRENT copies what SET, the role or the database says at that moment, "$user" and public in most cases: nothing in the file says which schemas the function trusts.',
      ...fix,
    };
  }
  if (path.length === 0 || path.at(-1) === 'pg_temp') return undefined;
  return {
    severity: 'warning',
    message: `the search_path of ${called} does not end in pg_temp, so that temporary tables of its caller come before all others`,
    why: 'pg_temp is searched first where the search_path does not name it (manual, "Writing SECURITY DEFINER Functions Safely").',
    ...fix,
  };
}

function pinned(subject: Subject, { name, signature, how }: DefinerRoutine): Fix {
  const title = 'give the function a search_path';
  const set = safeSearchPath(name.schema ?? subject.known.defaultSchema);
  if (how !== 'altered') return fixBeside(subject, title, 'behind', `ALTER ${signature} ${set}`);
  return shownFix(title, [{ name: 'same', sql: [`${subject.statement.sql} ${set}`], rollback: [] }]);
}
