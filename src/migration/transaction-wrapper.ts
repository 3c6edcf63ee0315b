import { type TransactionControl, transactionControl } from '../sql/transaction-control.ts';
import type { Statement } from './migration.ts';

/** A body without the BEGIN and COMMIT around all of it, and the transaction control that remains. */
export interface Unwrapped<S extends Statement> {
  readonly statements: readonly S[];
  readonly wrapped: boolean;
  readonly refused: readonly { readonly statement: S; readonly control: TransactionControl }[];
}

/** Reads one BEGIN ... COMMIT around all statements as what it means: the transaction that the tool makes anyway. */
export function unwrapTransaction<S extends Statement>(statements: readonly S[]): Unwrapped<S> {
  const wrapped = isWrapped(statements);
  const inner = wrapped ? statements.slice(1, -1) : statements;
  const refused = inner.flatMap((statement) => {
    const control = transactionControl(statement.words);
    return control === undefined ? [] : [{ statement, control }];
  });
  return { statements: inner, wrapped, refused };
}

const PLAIN_BEGIN = ['BEGIN', 'BEGIN WORK', 'BEGIN TRANSACTION', 'START TRANSACTION'];
const PLAIN_COMMIT = ['COMMIT', 'END'].flatMap((word) =>
  ['', ' WORK', ' TRANSACTION'].flatMap((noise) => [`${word}${noise}`, `${word}${noise} AND NO CHAIN`]),
);

function isWrapped(statements: readonly Statement[]): boolean {
  const [first, last] = [statements[0], statements.at(-1)];
  if (!first || !last || first === last) return false;
  return isPlainBegin(first.words) && isPlainCommit(last.words);
}

export function isPlainBegin(words: readonly string[]): boolean {
  return PLAIN_BEGIN.includes(words.join(' '));
}

export function isPlainCommit(words: readonly string[]): boolean {
  return PLAIN_COMMIT.includes(words.join(' '));
}

const OWN_TRANSACTION = 'The tool runs a migration and its record in one transaction of its own: remove the statement.';
const SPLIT = 'To commit in between, split the file into several migrations.';

/** What to do instead of a transaction control statement in a migration. */
export function insteadOf(control: TransactionControl): string[] {
  switch (control) {
    case 'begin':
      return [OWN_TRANSACTION, 'BEGIN and COMMIT, without options, may stand around all of the body only.'];
    case 'savepoint':
    case 'release':
    case 'rollback to':
      return ['Use a DO block with BEGIN ... EXCEPTION: it sets a savepoint of its own.'];
    case 'set transaction':
      return ['The transaction has begun already when the file runs: remove the statement.'];
    case 'prepare':
      return [OWN_TRANSACTION, 'A prepared transaction would keep its locks after the run.'];
    default:
      return [OWN_TRANSACTION, SPLIT];
  }
}
