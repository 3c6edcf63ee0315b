import { destructionsOf, mayDestroy } from '../../backup/destroying-statement.ts';
import type { Destruction } from '../../backup/destruction.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import type { Inner } from '../../syntax/inner/statement.ts';
import { innerStatements, type ParsePlpgsql } from '../../syntax/inner.ts';
import { isTree, type ParseStatement } from '../../syntax/tree.ts';
import type { Engine } from '../engine.ts';

export interface Destroying {
  /** What a statement destroys; nothing for most. */
  (statement: Statement): readonly Destruction[];
  /** What the body of a function destroys, by the text that makes it, should it come to that. */
  readonly inside: (definition: string) => readonly Destruction[];
}

type Body = Pick<Migration, 'version' | 'statements' | 'large' | 'headers'>;

/** Those of the files with a statement that may destroy something. Loads PostgreSQL's parser only where there is one. */
export async function readDestroying(
  { settings }: Pick<Engine, 'settings'>,
  bodies: readonly Body[],
): Promise<ReadonlyMap<string, Destroying>> {
  const suspects = settings.backup.policy === 'never' ? [] : bodies.filter(isSuspect);
  if (suspects.length === 0) return new Map();
  const { loadParser, loadPlpgsqlParser } = await import('../../parser/parser.ts');
  const readers = { parse: await loadParser(), plpgsql: await loadPlpgsqlParser() };
  const destroying: Destroying = Object.assign((statement: Statement) => destructions(statement, readers), {
    inside: (definition: string) => insideFunction(definition, readers),
  });
  const all = suspects.map((body) => ({ body, of: isContract(body) ? besideContract(destroying) : destroying }));
  const found = all.filter(({ body, of }) => body.large || body.statements.some((one) => of(one).length > 0));
  return new Map(found.map(({ body, of }) => [body.version, of]));
}

function isContract({ headers }: Body): boolean {
  return headers.contracts.length > 0;
}

/**
 * A contract drops a column whose values another one holds, as VERIFY has proven, and its way back fills it from there: a copy
 * would be older than that by what was written since.
 */
function besideContract(destroying: Destroying): Destroying {
  const of = (statement: Statement) =>
    destroying(statement).filter(({ kind }) => kind !== 'column' && kind !== 'update');
  return Object.assign(of, { inside: destroying.inside });
}

/** A file that is too large to be held is not read for the question alone. */
function isSuspect({ statements, large }: Body): boolean {
  return large !== undefined || statements.some(({ words, sql }) => mayDestroy(words, sql));
}

interface Readers {
  readonly parse: ParseStatement;
  readonly plpgsql: ParsePlpgsql;
}

function destructions({ words, sql }: Pick<Statement, 'words' | 'sql'>, readers: Readers): readonly Destruction[] {
  if (!mayDestroy(words, sql)) return NOTHING;
  const tree = readers.parse(sql);
  // Syntax that is newer than the grammar: it may be harmless, and the server decides whether it is SQL.
  if (!isTree(tree)) return [{ kind: 'unforeseen', why: 'its syntax is newer than what this tool reads' }];
  return words[0] === 'DO'
    ? insideBlock(innerStatements(tree, sql, readers.plpgsql, readers.parse), sql, readers)
    : destructionsOf(tree.node, sql);
}

function insideFunction(definition: string, readers: Readers): readonly Destruction[] {
  const tree = readers.parse(definition);
  return isTree(tree)
    ? insideBlock(innerStatements(tree, definition, readers.plpgsql, readers.parse), definition, readers)
    : NOTHING;
}

/** What the statements of a DO block or function take, should they run; of SQL that is made when it runs nobody knows. */
function insideBlock({ statements, unknown }: Inner, sql: string, readers: Readers): Destruction[] {
  const lineOf = (offset: number) => sql.slice(0, offset).split('\n').length;
  const found = statements.flatMap(({ sql: inner, offset }) => {
    const words =
      /^\s*(\w+)\s+(\w*)/
        .exec(inner)
        ?.slice(1)
        .map((word) => word.toUpperCase()) ?? [];
    if (words[0] === 'DO') return [];
    return destructions({ words, sql: inner }, readers).map((one) => inBlock(one, lineOf(offset)));
  });
  return [...found, ...unknown.map(({ offset, why }) => inBlock({ kind: 'unforeseen', why }, lineOf(offset)))];
}

function inBlock(one: Destruction, line: number): Destruction {
  if (one.kind === 'unforeseen') return { ...one, why: `${one.why} (line ${line} of its body)` };
  return { ...one, block: line };
}

const NOTHING: readonly Destruction[] = [];
