import type { Complaint, Fix } from '../finding.ts';
import { settingIn } from '../help/setting.ts';
import { insertBehind } from '../help/tokens.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'session-setting-kept',
  topic: 'transactions',
  summary: 'SET without LOCAL outlives the transaction and holds for whatever the session does next',
  severity: 'note',
  weighed: false,
  on: ['VariableSetStmt', 'SelectStmt'],
  *file(file) {
    // A file that runs in several transactions needs it.
    if (
      file.migration.headers.transaction === 'none' ||
      file.body.some((one) => one.transaction !== 0 || !one.transactional)
    )
      return;
    for (const subject of file.body) {
      const complaint = complaintOf(file, subject);
      if (complaint) yield { ...complaint, subject };
    }
  },
};

/** The session ends with them, or they are there to be kept. */
const MEANT = ['session_authorization', 'role'];

function complaintOf({ body }: FileSubject, subject: Subject): Complaint | undefined {
  const setting = settingIn(subject.tree?.node);
  if (!setting || setting.local || setting.value === undefined || subject.inside) return undefined;
  const isReset = body.some((one) => one.index > subject.index && resets(one, setting.name));
  if (isReset) return undefined;
  const fix = MEANT.includes(setting.name) ? undefined : localFix(subject, setting.name);
  return {
    message: `${setting.name} stays as this file sets it for whatever the session does after the commit`,
    why: 'The tool gives every file a session as new; psql, a pooler or another runner does not, and there the next file runs with it. SET LOCAL ends with the transaction.',
    ...(fix ? { fix } : {}),
  };
}

function resets({ statement: { words } }: Subject, name: string): boolean {
  return words[0] === 'RESET' && (words[1] === 'ALL' || words[1] === name.toUpperCase());
}

function localFix({ statement }: Subject, name: string): Fix | undefined {
  const bare = statement.sql.replace(/^set\s+session\s+(?!characteristics|authorization)/i, 'SET ');
  const sql = statement.words[0] === 'SET' ? insertBehind(bare, 'SET', 'LOCAL') : undefined;
  if (sql === undefined) return undefined;
  return {
    title: 'for this transaction alone',
    automatic: true,
    steps: [{ name: `set_${name}`, sql: [sql], rollback: [] }],
  };
}
