import { type Destruction, destructionsOf, mayDestroy } from '../../backup/destruction.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import { isTree, type ParseStatement } from '../../syntax/tree.ts';
import type { Engine } from '../engine.ts';

/** What a statement destroys; nothing for most. */
export type Destroying = (statement: Statement) => readonly Destruction[];

type Body = Pick<Migration, 'version' | 'statements' | 'large'>;

/** Those of the files with a statement that may destroy something. Loads PostgreSQL's parser only where there is one. */
export async function readDestroying(
  { settings }: Pick<Engine, 'settings'>,
  bodies: readonly Body[],
): Promise<ReadonlyMap<string, Destroying>> {
  const suspects = settings.backup.policy === 'never' ? [] : bodies.filter(isSuspect);
  if (suspects.length === 0) return new Map();
  const { loadParser } = await import('../../parser/parser.ts');
  const parse = await loadParser();
  const destroying: Destroying = (statement) => destructions(statement, parse);
  const found = suspects.filter((body) => body.large || body.statements.some((one) => destroying(one).length > 0));
  return new Map(found.map(({ version }) => [version, destroying]));
}

/** A file that is too large to be held is not read for the question alone. */
function isSuspect({ statements, large }: Body): boolean {
  return large !== undefined || statements.some(({ words, sql }) => mayDestroy(words, sql));
}

function destructions({ words, sql }: Statement, parse: ParseStatement): readonly Destruction[] {
  if (!mayDestroy(words, sql)) return NOTHING;
  const tree = parse(sql);
  if (isTree(tree)) return destructionsOf(tree.node, sql);
  // Syntax that is newer than the grammar: it may be harmless, and the server decides whether it is SQL.
  return [{ kind: 'unforeseen', why: 'its syntax is newer than what this tool reads' }];
}

const NOTHING: readonly Destruction[] = [];
