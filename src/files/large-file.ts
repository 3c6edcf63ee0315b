import { StreamingChecksum } from '../migration/checksum.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { partsOf, readLarge, statementsOfLarge } from '../migration/parse-large.ts';
import { changedMeanwhile, closeRegularFile, openRegularFile, readPieces, withOpenFile } from './regular-file.ts';

/** Above this size a file is read in pieces, so that memory stays flat whatever its size. */
export const LARGE_FILE_BYTES = 32 * 1024 * 1024;

/** The checksum of a large file, without holding it. */
export function largeChecksum(descriptor: number): string {
  const checksum = new StreamingChecksum();
  for (const piece of readPieces(descriptor)) checksum.update(piece);
  return checksum.digest();
}

/** Whether the text is in the first piece of a file: the headers of a migration stand there. */
export function holdsInHead(path: string, shown: string, text: string): boolean {
  return withOpenFile(path, shown, (descriptor) => {
    for (const piece of readPieces(descriptor)) return piece.includes(text);
    return false;
  });
}

/**
 * A large file as a migration whose statements are read again from the file when they are run. Any change of it counts as a
 * change of its body: the body by itself is not hashed.
 */
export function loadLarge(file: { path: string; shown: string; stem: string; checksum: string }): Migration {
  const { path, shown, stem, checksum } = file;
  const reading = readLarge(shown, stem, partsOf(checkedPieces(path, shown, checksum), shown));
  const { statementCount } = reading;
  const statements = (): Iterable<Statement> =>
    statementsOfLarge(partsOf(checkedPieces(path, shown, checksum), shown), reading);
  return {
    ...reading.migration,
    checksum,
    bodyChecksum: checksum,
    statements: [],
    large: { statementCount, statements },
  };
}

/** The file's bytes, piece by piece; after the last one what was read is held against the checksum. */
function* checkedPieces(path: string, shown: string, checksum: string): Generator<Uint8Array> {
  const descriptor = openRegularFile(path, shown);
  try {
    const seen = new StreamingChecksum();
    for (const piece of readPieces(descriptor)) {
      seen.update(piece);
      yield piece;
    }
    if (seen.digest() !== checksum) throw changedMeanwhile(shown);
  } finally {
    closeRegularFile(descriptor);
  }
}
