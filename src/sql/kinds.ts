import { TokenReader } from './token-reader.ts';
import { type TransactionControl, transactionControl } from './transaction-control.ts';
import { whyNotInTransaction } from './transactional.ts';

/**
 * What a statement is, as far as running it goes. 'ddl' defines objects or locks tables the way such statements do
 * (TRUNCATE, LOCK, REINDEX, GRANT too); 'dml' changes rows; 'query' only returns rows; 'set' changes settings.
 */
export type StatementClass = 'ddl' | 'dml' | 'query' | 'utility' | 'set';

export interface StatementKind {
  readonly class: StatementClass;
  /** Whether it can run in a transaction block. What only the catalog knows (a partitioned table) is not seen. */
  readonly transactional: boolean;
  /** Why it cannot. */
  readonly reason?: string;
  readonly transactionControl?: TransactionControl;
}

const CLASS_OF: ReadonlyMap<string, StatementClass> = new Map(
  (
    [
      [
        'ddl',
        'CREATE ALTER DROP TRUNCATE COMMENT GRANT REVOKE SECURITY REASSIGN IMPORT REINDEX CLUSTER REFRESH LOCK REPACK',
      ],
      ['dml', 'INSERT UPDATE DELETE MERGE COPY'],
      ['query', 'SELECT VALUES TABLE ( WITH'],
      ['set', 'SET RESET'],
    ] as const
  ).flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind] as const)),
);

/**
 * The kind of a statement, from its words (see `StatementItem.words`) and, where these do not decide, its text.
 * `serverVersionNum` is as in `SHOW server_version_num`: 140005. Sources: the manual's page of each command, and each
 * tried in a transaction block on 12 to 18.
 */
export function statementKind(text: string, words: readonly string[], serverVersionNum: number): StatementKind {
  const control = transactionControl(words);
  const reason = whyNotInTransaction(text, words, serverVersionNum);
  return {
    class: classOfStatement(text, words),
    transactional: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(control === undefined ? {} : { transactionControl: control }),
  };
}

function classOfStatement(text: string, words: readonly string[]): StatementClass {
  const [first = '', second] = words;
  if (first === 'SET' && second === 'CONSTRAINTS') return 'utility';
  const kind = CLASS_OF.get(first) ?? 'utility';
  return kind === 'query' ? classOfQuery(text) : kind;
}

const CHANGES_ROWS = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'];

/** A query may change rows (WITH ... AS (DELETE ...), WITH ... INSERT) or create a table (SELECT ... INTO). */
function classOfQuery(text: string): StatementClass {
  if (!/\b(?:into|insert|update|delete|merge)\b/i.test(text)) return 'query';
  const reader = new TokenReader(text);
  const startsWith = reader.word === 'WITH';
  let depth = 0;
  let isClauseStart = true;
  let into = false;
  for (; !reader.atEnd; reader.next()) {
    const { word } = reader;
    if (isClauseStart && CHANGES_ROWS.includes(word)) return 'dml';
    if (depth === 0 && word === 'INTO') into = true;
    if (word === '(') depth++;
    else if (word === ')') depth--;
    isClauseStart = word === '(' || (startsWith && word === ')' && depth === 0);
  }
  return into ? 'ddl' : 'query';
}
