import type { Statement } from '../migration/migration.ts';

const SET_ROLE = /^SET\s+(?:(?:SESSION|LOCAL)\s+)?ROLE\s+(?:(?:TO\s+|=\s*))?(?:"([^"]+)"|'([^']+)'|([\w$]+))$/i;

/** The role that the file's own SET ROLE chose before this statement; undefined where it left the run's (manual, SET ROLE). */
export function roleInFile(statement: Statement, all: readonly Statement[]): string | undefined {
  const before = all.slice(0, Math.max(0, all.indexOf(statement)));
  const last = before.findLast(({ words }) => words.includes('ROLE') && ['SET', 'RESET'].includes(words[0] ?? ''));
  const [, quoted, literal, plain] = SET_ROLE.exec(last?.sql ?? '') ?? [];
  return plain?.toUpperCase() === 'NONE' ? undefined : (quoted ?? literal ?? plain?.toLowerCase());
}
