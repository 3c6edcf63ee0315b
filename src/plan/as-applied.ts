import { findNeeded } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';
import { type MigrationFile, readAs } from './migration-file.ts';

/**
 * The files as ones whose order is that of the list: each is numbered by its place. Dependencies are kept where the list has
 * them, by their whole version, as a number means another file now.
 */
export function orderedByApplication(files: readonly MigrationFile[]): MigrationFile[] {
  return files.map((file, i) => {
    const number = BigInt(i + 1);
    const load = () => {
      const migration = file.load();
      const depends = migration.headers.depends.flatMap((text) => {
        const found = findNeeded(files, text);
        return found instanceof Problem ? [] : [found.version];
      });
      return { ...migration, number, headers: { ...migration.headers, depends } };
    };
    return readAs(file, load, number);
  });
}
