/**
 * Test files as single programs, made once for a run of many of them: compiling and finding the modules of a file anew
 * takes a second of processor time, loading what is bundled a tenth of that. Packages are not bundled; what the modules know
 * of their own place (import.meta) is that of their source, and so is what stack traces say (source maps).
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

/**
 * Bundles the test files (absolute paths) into a folder. Returns where each is, in an object by the bundle's path; sorted by
 * those paths they are in the order given.
 */
export async function bundleTests(paths, folder) {
  const digits = String(paths.length).length;
  const entries = paths.map((path, place) => ({ in: path, out: `${String(place).padStart(digits, '0')}.test` }));
  await build({
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [{ name: 'as in its place', setup: inItsPlace }],
  });
  await stop();
  return new Map(entries.map((entry) => [join(folder, `${entry.out}.mjs`), entry.in]));
}

function inItsPlace({ onLoad, onResolve, resolve }) {
  onLoad({ filter: /\.(ts|mjs)$/ }, ({ path }) => ({
    contents: readFileSync(path, 'utf8')
      .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    loader: path.endsWith('.ts') ? 'ts' : 'js',
  }));
  onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
    if (kind === 'entry-point' || pluginData === inItsPlace) return undefined;
    const found = path.startsWith('node:')
      ? { external: true }
      : await resolve(path, { kind, importer, resolveDir, pluginData: inItsPlace });
    return { path: found.external ? path : pathToFileURL(found.path).href, external: true };
  });
}
