import { ownCompression, readCompression } from '../../backup/compression.ts';
import { estimateBytes } from '../../backup/estimate.ts';
import { Problem } from '../../problem/problem.ts';
import { hasZstd } from '../backup/backup-file.ts';
import { boundsOf } from '../backup/scoped.ts';
import { refuseTooLarge } from '../backup/space.ts';
import type { Engine } from '../engine.ts';
import type { Taking } from './taking.ts';

/** Before anything is destroyed: where it is to be in a file, there has to be room; else the Problem `backup-failed`. */
export function withoutRoom(
  engine: Pick<Engine, 'settings'>,
  { kind, relation, columns }: Taking,
): Problem | undefined {
  const { backup } = engine.settings;
  if (backup.to !== 'file') return undefined;
  // How many rows a DELETE or UPDATE will touch is not known, and a share of the columns is all that can be said of values.
  const share = kind === 'deleted' || kind === 'updated' ? 0 : columns.length / Math.max(1, relation.columns.length);
  const compression = ownCompression(readCompression(backup.compression), hasZstd());
  try {
    refuseTooLarge(estimateBytes(relation.bytes * Math.min(1, share), compression), boundsOf(engine));
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
