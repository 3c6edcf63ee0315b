import type { FileName } from '../../migration/filename.ts';
import { parseMigration } from '../../migration/parse.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';

/** A migration that lies in no folder. `file`: what stands for its path in messages. Throws as parseMigration. */
export function fileOfText(named: FileName, file: string, text: string): MigrationFile {
  const migration = parseMigration({ file, stem: named.version, bytes: Buffer.from(text) });
  const { checksum } = migration;
  return {
    ...named,
    file,
    checksum,
    checksumWithCrlf: () => checksum,
    replaces: () => migration.headers.replaces,
    load: () => migration,
  };
}
