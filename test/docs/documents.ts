import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/run-folder.ts';
import { type Document, readDocument } from './markdown.ts';

/** The documents of the repository, in the order in which a newcomer reads them. */
export function documents(): Document[] {
  const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('database'), ...markdownIn('docs')];
  return paths.map((path) => readDocument(path, readFileSync(join(REPOSITORY, path), 'utf8')));
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .sort();
}

/** Documents whose shell blocks are not run as one session, and why. Their command lines are read all the same (commands.test.ts). */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/commands.md': 'generated from the registry: examples, each for itself',
  'docs/BENCHMARKS.md': 'ten minutes on both cores',
};
