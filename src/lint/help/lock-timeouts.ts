import type { Complaint } from '../finding.ts';
import type { FileComplaint, FileSubject, Subject } from '../rule.ts';
import { milliseconds, settingIn } from './setting.ts';

export interface LockTimeout {
  readonly ms: number;
  /** Who sets it; undefined: the header Lock-Timeout. */
  readonly subject: Subject | undefined;
}

/** Every lock_timeout that a file sets, by its header or in its statements. */
export function lockTimeouts({ migration, body }: FileSubject): LockTimeout[] {
  const header = migration.headers.lockTimeoutMs;
  const set = body.flatMap((subject) => {
    const setting = settingIn(subject.tree?.node);
    const ms = setting?.name === 'lock_timeout' ? milliseconds(setting.value) : undefined;
    return ms === undefined ? [] : [{ ms, subject }];
  });
  return header === undefined ? set : [{ ms: header, subject: undefined }, ...set];
}

export function about({ subject }: LockTimeout, complaint: Complaint): FileComplaint {
  return subject ? { ...complaint, subject } : complaint;
}

/** Whether anything in the file waits for a lock in a transaction; CONCURRENTLY has to wait as long as it takes. */
export function waitsForLocks({ body }: FileSubject): boolean {
  return body.some(({ transactional, tree, statement }) => {
    if (!transactional) return false;
    return tree ? settingIn(tree.node) === undefined : statement.words[0] !== 'SET';
  });
}
