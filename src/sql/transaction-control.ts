/** What a statement does to the transaction it stands in. */
export type TransactionControl =
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'chain'
  | 'savepoint'
  | 'release'
  | 'rollback to'
  | 'prepare'
  | 'set transaction';

/**
 * Whether a statement begins, ends or changes a transaction (manual, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, PREPARE
 * TRANSACTION, SET TRANSACTION). COMMIT PREPARED and ROLLBACK PREPARED end another one and are ordinary statements.
 */
export function transactionControl(words: readonly string[]): TransactionControl | undefined {
  const [first, second] = words;
  switch (first) {
    case 'BEGIN':
      return 'begin';
    case 'START':
      return second === 'TRANSACTION' ? 'begin' : undefined;
    case 'COMMIT':
    case 'END':
      return second === 'PREPARED' ? undefined : ending('commit', words);
    case 'ROLLBACK':
    case 'ABORT':
      return second === 'PREPARED' ? undefined : ending('rollback', words);
    case 'SAVEPOINT':
      return 'savepoint';
    case 'RELEASE':
      return 'release';
    case 'PREPARE':
      return second === 'TRANSACTION' ? 'prepare' : undefined;
    case 'SET':
      return setsTransaction(words) ? 'set transaction' : undefined;
    default:
      return undefined;
  }
}

/** COMMIT or ROLLBACK [WORK | TRANSACTION], then AND [NO] CHAIN or TO SAVEPOINT. */
function ending(plain: 'commit' | 'rollback', words: readonly string[]): TransactionControl {
  const rest = words[1] === 'WORK' || words[1] === 'TRANSACTION' ? words.slice(2) : words.slice(1);
  if (rest[0] === 'TO') return 'rollback to';
  return rest[0] === 'AND' && rest[1] === 'CHAIN' ? 'chain' : plain;
}

function setsTransaction(words: readonly string[]): boolean {
  const [, second, third, fourth] = words;
  if (second === 'TRANSACTION') return third !== '=' && third !== 'TO';
  if (second === 'SESSION' && third === 'CHARACTERISTICS') return fourth === 'AS';
  return (second === 'LOCAL' || second === 'SESSION') && third === 'TRANSACTION';
}
