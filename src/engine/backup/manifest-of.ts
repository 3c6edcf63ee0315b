import { compressionText } from '../../backup/compression.ts';
import type { BackedUpCatalog, BackedUpSequence, BackupFile, BackupManifest } from '../../backup/manifest.ts';
import type { Engine } from '../engine.ts';
import type { Contents } from './contents.ts';
import type { FullBackupOptions, Taken } from './job.ts';
import type { Leader } from './leader.ts';
import type { SourceFacts } from './source-facts.ts';

/** In no backup of a single database, whoever takes it: not worth a line on the screen each time. */
const OF_THE_SERVER = 'roles and tablespaces, which belong to the server';

interface Parts {
  readonly id: string;
  readonly leader: Leader;
  readonly contents: Contents;
  readonly sequences: readonly BackedUpSequence[];
  readonly taken: Taken;
  readonly files: readonly BackupFile[];
  readonly options: FullBackupOptions;
  readonly facts: SourceFacts;
  readonly catalog: BackedUpCatalog | undefined;
  readonly encrypted: boolean;
}

/** The manifest of a full backup whose files are all written. */
export function manifestOf(engine: Engine, parts: Parts): BackupManifest {
  const { leader, contents, taken, options, facts } = parts;
  const { server } = leader;
  return {
    format: 1,
    id: parts.id,
    kind: 'full',
    method: taken.method,
    writtenBy: [`taskflow-db ${engine.run.toolVersion}`, ...taken.writtenBy],
    startedAt: leader.startedAt,
    finishedAt: new Date().toISOString(),
    source: {
      database: server.database,
      serverVersion: server.version,
      serverVersionNum: server.versionNum,
      systemIdentifier: contents.systemIdentifier,
      encoding: contents.encoding,
      databaseBytes: contents.databaseBytes,
      ...(facts.properties ? { properties: facts.properties } : {}),
    },
    runId: engine.run.runId,
    version: options.version ?? null,
    applied: contents.applied,
    compression: compressionText(taken.compression),
    encryption: parts.encrypted ? 'age' : null,
    files: parts.files,
    tables: contents.tables.flatMap(({ oid, schema, name }) => {
      const one = taken.tables.get(oid);
      return one ? [{ schema, name, ...one }] : [];
    }),
    ...(contents.partitioned.length > 0 ? { partitioned: contents.partitioned } : {}),
    sequences: parts.sequences,
    leftOut: [...taken.leftOut, OF_THE_SERVER],
    ...(taken.leavingOut ? { leavingOut: taken.leavingOut } : {}),
    ...(parts.catalog ? { catalog: parts.catalog } : {}),
  };
}
