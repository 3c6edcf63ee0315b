import { splitScript } from '../sql/splitter.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import { readHeaderLine } from './header-line.ts';
import { readMarker } from './markers.ts';

/** One version, or number, that a `Depends:` or `Contracts:` header names, and where it stands. */
export interface DependsReference {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** UTF-16 offset in that line. */
  readonly start: number;
}

/**
 * The references of all `Depends:` and `Contracts:` headers of a migration's text (LF line breaks, no byte order mark), also of one whose body
 * is not finished or has faults: names and order do not depend on it.
 */
export function dependsReferences(text: string): DependsReference[] {
  const found: DependsReference[] = [];
  try {
    for (const item of splitScript(text, () => {})) {
      if (item.kind === 'psql') continue;
      if (item.kind !== 'comment' || readMarker(item.text)) break;
      const start = text.lastIndexOf('\n', item.start - 1) + 1;
      if (/^[ \t]*$/.test(text.slice(start, item.start)))
        found.push(...referencesIn(item.text, item.line, item.start - start));
    }
  } catch (error) {
    if (!(error instanceof SqlProblem)) throw error;
  }
  return found;
}

/** What a contract names must be applied before it, too. */
const NAMING = ['Depends', 'Contracts'];

function referencesIn(comment: string, line: number, start: number): DependsReference[] {
  if (!comment.startsWith('--') || !NAMING.includes(readHeaderLine(comment)?.key ?? '')) return [];
  const behindKey = comment.indexOf(':') + 1;
  return [...comment.slice(behindKey).matchAll(/[^\s,]+/g)].map((match) => ({
    text: match[0],
    line,
    start: start + behindKey + match.index,
  }));
}
