import { usesOfWords } from '../../facts/recognize/words.ts';
import { usesOf } from '../../facts/recognize.ts';
import type { LintOptions } from '../../lint/rule.ts';
import type { InnerStatements } from '../../lint/statement-subjects.ts';
import type { Reading } from '../../lint/subject.ts';
import { loadParser, loadPlpgsqlParser } from '../../parser/parser.ts';
import { innerStatements } from '../../syntax/inner.ts';

/** What reads statements, with PostgreSQL's parser, which is loaded now. */
export async function readingOf(
  options: LintOptions,
  unapplied: ReadonlySet<string>,
  seenOf?: Reading['seenOf'],
): Promise<{ readonly reading: Reading; readonly innerStatements: InnerStatements }> {
  const parse = await loadParser();
  const parsePlpgsql = await loadPlpgsqlParser();
  return {
    reading: { parse, usesOf, usesOfWords, options, unapplied, ...(seenOf ? { seenOf } : {}) },
    innerStatements: (tree, sql) => innerStatements(tree, sql, parsePlpgsql, parse),
  };
}
