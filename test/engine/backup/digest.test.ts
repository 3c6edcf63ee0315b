import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, openSync, promises, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeFile, digestOf, PIECE_BYTES } from '../../../src/engine/backup/digest.ts';
import { GrowingDigest } from '../../../src/engine/backup/growing-digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'digest-'));
after(() => rmSync(folder, { recursive: true }));

/** As somebody checks it who has the file and a shell. */
const byHand = (path: string) =>
  execFileSync('sh', ['-c', `split --bytes=${PIECE_BYTES} --filter=sha256sum ${path} | sha256sum`], { cwd: folder })
    .toString()
    .slice(0, 64);

test('a small file has the digest of its bytes, a larger one that of its pieces, as a shell computes it', async () => {
  for (const size of [0, 1, 1_500_000, PIECE_BYTES - 1, PIECE_BYTES]) {
    const content = randomBytes(size);
    writeFileSync(join(folder, 'small'), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    assert.deepEqual(await describeFile(folder, 'small'), { path: 'small', bytes: size, sha256 });
  }
  for (const size of [PIECE_BYTES + 1, 2 * PIECE_BYTES, 3 * PIECE_BYTES + 77]) {
    writeFileSync(join(folder, 'large'), randomBytes(size));
    const expected = { path: 'large', bytes: size, pieceBytes: PIECE_BYTES, sha256: byHand('large') };
    assert.deepEqual(await describeFile(folder, 'large'), expected);
  }
});

test('a digest without pieces is that of the whole, whatever the size', async () => {
  const content = randomBytes(PIECE_BYTES + 5);
  writeFileSync(join(folder, 'whole'), content);
  const file = await promises.open(join(folder, 'whole'), 'r');
  const { sha256 } = await digestOf(file, { size: content.length, pieceBytes: undefined });
  await file.close();
  assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
});

test('of a file that grows the head may change to the end, what was written behind it is digested meanwhile', async () => {
  const path = join(folder, 'growing');
  writeFileSync(path, randomBytes(100_000));
  const digest = new GrowingDigest(folder, 'growing');
  digest.begin();
  for (let i = 0; i < 12; i++) {
    appendFileSync(path, randomBytes(PIECE_BYTES / 2 + i));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  writeSync(openSync(path, 'r+'), randomBytes(100_000), 0, 100_000, 0);
  assert.deepEqual(await digest.finish(), await describeFile(folder, 'growing'));
  assert.equal((await describeFile(folder, 'growing')).sha256, byHand('growing'));
});
