import type { MigrationFile } from '../../plan/migration-file.ts';
import type { Check } from '../../verify/check.ts';
import { checkManifests } from '../manifest/check-manifests.ts';

/** The manifests against their folders; nothing where there is none. */
export function manifestChecks(folders: readonly string[], cwd: string, files: readonly MigrationFile[]): Check[] {
  const reports = checkManifests(folders, cwd, files);
  const failed = reports.flatMap(({ file, faults }) =>
    faults.map(({ version, line, detail }): Check => {
      const where = { file, ...(line === null ? {} : { line }) };
      return { name: 'manifest', version, state: 'failed', detail: detail.replace(`${version}.sql `, ''), where };
    }),
  );
  if (failed.length > 0 || reports.length === 0) return failed;
  return [{ name: 'manifest', version: null, state: 'ok', detail: 'every file is recorded as it is' }];
}
