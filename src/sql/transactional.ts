import { isFalse, isTrue } from './outside.ts';
import { TokenReader } from './token-reader.ts';

type Rule = (words: readonly string[], text: string, serverVersionNum: number) => string | undefined;

/** By first word: why the statement cannot run in a transaction block, as far as its text tells. */
const RULES: Readonly<Record<string, Rule>> = {
  CREATE: (words, text) => create(words, text),
  DROP: (words) => drop(words),
  ALTER: (words, text, version) => alter(words, text, version),
  VACUUM: () => 'VACUUM runs its own transactions',
  CLUSTER: (_, text) => clustersAll(text),
  REPACK: (_, text) => repacks(text),
  REINDEX: (_, text) => reindex(text),
  COMMIT: (words) => prepared(words),
  ROLLBACK: (words) => prepared(words),
  DISCARD: (words) => (words[1] === 'ALL' ? 'DISCARD ALL resets the whole session' : undefined),
};

/**
 * Why PostgreSQL refuses a statement in a transaction block (SQLSTATE 25001), by its text; undefined when it does not.
 * Not seen: REINDEX or CLUSTER of a partitioned table, and a CALL or DO whose body commits.
 */
export function whyNotInTransaction(
  text: string,
  words: readonly string[],
  serverVersionNum: number,
): string | undefined {
  const rule = RULES[words[0] ?? ''];
  return rule?.(words, text, serverVersionNum);
}

const FILES = 'creates or removes files, which no rollback undoes';
const CONCURRENTLY = 'CONCURRENTLY runs several transactions of its own';

function create(words: readonly string[], text: string): string | undefined {
  const [, second, third, fourth] = words;
  if (second === 'DATABASE' || second === 'TABLESPACE') return `CREATE ${second} ${FILES}`;
  const index = second === 'UNIQUE' ? third : second;
  if (index === 'INDEX' && (second === 'UNIQUE' ? fourth : third) === 'CONCURRENTLY') return CONCURRENTLY;
  return second === 'SUBSCRIPTION' ? createSubscription(text) : undefined;
}

function drop(words: readonly string[]): string | undefined {
  const [, second, third] = words;
  if (second === 'DATABASE' || second === 'TABLESPACE') return `DROP ${second} ${FILES}`;
  if (second === 'SUBSCRIPTION') return 'DROP SUBSCRIPTION removes the replication slot on the publisher';
  return second === 'INDEX' && third === 'CONCURRENTLY' ? CONCURRENTLY : undefined;
}

function alter(words: readonly string[], text: string, serverVersionNum: number): string | undefined {
  switch (words[1]) {
    case 'SYSTEM':
      return 'ALTER SYSTEM writes a file of the server';
    case 'DATABASE':
      return alterDatabase(text);
    case 'TABLE':
      return alterTable(text);
    case 'TYPE':
      return serverVersionNum < 120000 ? alterType(text) : undefined;
    case 'SUBSCRIPTION':
      return alterSubscription(text);
    default:
      return undefined;
  }
}

function alterDatabase(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('ALTER', 'DATABASE');
  reader.name();
  reader.accept('SET');
  reader.accept('WITH');
  return reader.word === 'TABLESPACE' ? 'ALTER DATABASE ... SET TABLESPACE moves files' : undefined;
}

function alterTable(text: string): string | undefined {
  if (!/concurrently/i.test(text)) return undefined;
  const reader = new TokenReader(text);
  reader.accept('ALTER', 'TABLE');
  reader.accept('IF', 'EXISTS');
  reader.accept('ONLY');
  reader.qualifiedName();
  reader.accept('*');
  if (!reader.accept('DETACH', 'PARTITION')) return undefined;
  reader.qualifiedName();
  return reader.word === 'CONCURRENTLY' ? CONCURRENTLY : undefined;
}

function alterType(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('ALTER', 'TYPE');
  reader.qualifiedName();
  return reader.accept('ADD', 'VALUE') ? 'ALTER TYPE ... ADD VALUE needs PostgreSQL 12 for that' : undefined;
}

function createSubscription(text: string): string | undefined {
  const reader = new TokenReader(text);
  const options = withOptions(reader);
  if (isFalse(options.get('create_slot')) || isFalse(options.get('connect'))) return undefined;
  return 'CREATE SUBSCRIPTION creates a replication slot on the publisher';
}

function alterSubscription(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('ALTER', 'SUBSCRIPTION');
  reader.name();
  if (reader.accept('REFRESH')) return 'it asks the publisher and changes slots there';
  const verb = reader.acceptAny('SET', 'ADD', 'DROP');
  if (verb === undefined) return undefined;
  if (reader.word === 'PUBLICATION') {
    return isFalse(withOptions(reader).get('refresh')) ? undefined : 'it refreshes the subscription at once';
  }
  const options = reader.options();
  return options.has('failover') || options.has('two_phase') ? 'it changes the slot on the publisher' : undefined;
}

function clustersAll(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('CLUSTER');
  reader.skipBrackets();
  reader.accept('VERBOSE');
  return reader.atEnd ? 'CLUSTER without a table runs one transaction a table' : undefined;
}

/** REPACK (19): one table in a transaction, all of them or CONCURRENTLY not. */
function repacks(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('REPACK');
  const options = reader.options();
  if (isTrue(options.get('concurrently'))) return CONCURRENTLY;
  return reader.atEnd ? 'REPACK without a table runs one transaction a table' : undefined;
}

function reindex(text: string): string | undefined {
  const reader = new TokenReader(text);
  reader.accept('REINDEX');
  const options = reader.options();
  if (isTrue(options.get('concurrently'))) return CONCURRENTLY;
  const target = reader.acceptAny('INDEX', 'TABLE', 'SCHEMA', 'DATABASE', 'SYSTEM');
  if (reader.word === 'CONCURRENTLY') return CONCURRENTLY;
  return target === 'INDEX' || target === 'TABLE' ? undefined : `REINDEX ${target ?? ''} runs one transaction a table`;
}

function prepared(words: readonly string[]): string | undefined {
  return words[1] === 'PREPARED' ? `${words[0]} PREPARED ends another transaction` : undefined;
}

/** The options in the parentheses after the last WITH that is outside parentheses; none without one. */
function withOptions(reader: TokenReader): Map<string, string> {
  while (!reader.atEnd) {
    if (reader.accept('WITH') && reader.word === '(') return reader.options();
    if (!reader.skipBrackets()) reader.next();
  }
  return new Map();
}
