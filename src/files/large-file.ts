import { closeSync, constants, openSync } from 'node:fs';
import type { Migration, Statement } from '../migration/migration.ts';
import { readLarge, statementsOfLarge } from '../migration/parse-large.ts';
import { StreamingChecksum } from '../migration/streaming-checksum.ts';
import { Problem } from '../problem/problem.ts';
import { type StreamPart, StreamSplitter } from '../sql/splitter.ts';
import { readPieces } from './regular-file.ts';

/** Above this size a file is read in pieces, so that memory stays flat whatever its size. */
export const LARGE_FILE_BYTES = 32 * 1024 * 1024;

/** The checksum of a large file, without holding it. */
export function largeChecksum(descriptor: number): string {
  const checksum = new StreamingChecksum();
  for (const piece of readPieces(descriptor)) checksum.update(piece);
  return checksum.digest();
}

/**
 * A large file as a migration whose statements are read again from the file when they are run. Any change of it counts as a
 * change of its body: the body by itself is not hashed.
 */
export function loadLarge(file: { path: string; shown: string; stem: string; checksum: string }): Migration {
  const { path, shown, stem, checksum } = file;
  const reading = readLarge(shown, stem, partsOf(path, shown, checksum));
  const { statementCount } = reading;
  const statements = (): Iterable<Statement> => statementsOfLarge(partsOf(path, shown, checksum), reading);
  return {
    ...reading.migration,
    checksum,
    bodyChecksum: checksum,
    statements: [],
    large: { statementCount, statements },
  };
}

/** The parts of the script. After the last one the bytes that were read are held against the checksum. */
function* partsOf(path: string, shown: string, checksum: string): Generator<StreamPart> {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const seen = new StreamingChecksum();
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const splitter = new StreamSplitter();
    for (const piece of readPieces(descriptor)) {
      seen.update(piece);
      yield* splitter.push(decoded(decoder, piece, shown));
    }
    yield* splitter.end();
    if (seen.digest() !== checksum) throw changed(shown);
  } finally {
    closeSync(descriptor);
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, piece: Buffer, file: string): string {
  try {
    return decoder.decode(piece, { stream: true });
  } catch {
    throw new Problem('file-encoding', `${file} is not UTF-8`, { where: { file }, expected: 'UTF-8' });
  }
}

function changed(file: string): Problem {
  return new Problem('file-unreadable', `${file} was changed while it was read`, {
    where: { file },
    next: ['Run the command again when nobody writes to the file.'],
  });
}
