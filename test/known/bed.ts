/** Learns SQL without a server. */

import { SchemaLearner } from '../../src/known/learner.ts';
import { KnownSchema } from '../../src/known/schema.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { splitScript } from '../../src/sql/splitter.ts';
import { isTree, type SyntaxTree } from '../../src/syntax/tree.ts';

const parse = await loadParser();

/** The trees of the statements of a script. */
export function treesOf(script: string): SyntaxTree[] {
  const items = [...splitScript(script, () => {})].filter(({ kind }) => kind === 'statement');
  return items.map(({ start, end }) => {
    const parsed = parse(script.slice(start, end));
    if (!isTree(parsed)) throw new Error(`${script.slice(start, end)}: ${parsed.message}`);
    return parsed;
  });
}

/** What is known behind a file, on top of what was known before. */
export function learned(script: string, before = new KnownSchema(), version = '001_a'): KnownSchema {
  const learner = new SchemaLearner(before);
  learner.beginFile();
  for (const [statement, tree] of treesOf(script).entries()) learner.learn(tree, { version, statement });
  return learner.known;
}
