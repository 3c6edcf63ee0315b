// The graph of 2,000 migrations with random dependencies, without a database: read, inferred, folded, laid out and written.
import { join } from 'node:path';
import { interleave } from '../lib/measure.mjs';
import { writeRandomSet } from '../lib/random-set.mjs';

export const title = 'The graph of 2,000 migrations';
const FILES = 2000;
const SHOWN = {
  'As text': [],
  'As text, what stands on one of them': ['--impact', '0003'],
  'As SVG': ['--format', 'svg'],
  'As JSON': ['--format', 'json'],
};

export async function run(bed) {
  bed.note('the set is made by bench/lib/random-set.mjs, the same at every time; every file of it can be applied');
  const folder = join(bed.folder, 'random');
  writeRandomSet(folder, FILES);
  const rows = {};
  for (const [name, flags] of Object.entries(SHOWN)) {
    const variants = bed.tools.map(({ name: tool, launcher }) => ({
      name: tool,
      command: () => ({
        command: [
          process.execPath,
          launcher,
          'graph',
          '--dir',
          folder,
          ...flags,
          '--out',
          join(bed.folder, 'graph.txt'),
        ],
        cwd: bed.folder,
        env: { DATABASE_URL: '' },
      }),
    }));
    rows[name] = await interleave(bed.folder, variants, bed.rounds(5), bed.log);
  }
  return rows;
}
