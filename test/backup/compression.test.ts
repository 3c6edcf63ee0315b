import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compressArgument,
  compressionText,
  dumpCompression,
  otherCompression,
  ownCompression,
  readCompression,
} from '../../src/backup/compression.ts';

const program = (major: number) => ({ major, version: `${major}.1` });

test('what is asked for is read, and what there is not is refused', () => {
  assert.equal(readCompression(undefined), undefined);
  for (const text of ['none', 'gzip', 'gzip:9', 'zstd:22', 'lz4:12'])
    assert.equal(compressionText(readCompression(text)!), text);
  for (const text of ['', 'bzip2', 'gzip:10', 'gzip:0', 'zstd:23', 'none:1', 'zstd:fast', 'zstd:'])
    assert.throws(() => readCompression(text), { code: 'usage' }, text);
});

test('pg_dump does the best that it knows, and only what it knows', () => {
  assert.equal(compressArgument(dumpCompression(undefined, program(16)), 16), '--compress=zstd');
  assert.equal(compressArgument(dumpCompression(undefined, program(15)), 15), '--compress=1');
  assert.equal(compressArgument(dumpCompression({ algorithm: 'gzip' }, program(15)), 15), '--compress=6');
  assert.equal(compressArgument(dumpCompression({ algorithm: 'none' }, program(14)), 14), '--compress=0');
  assert.equal(compressArgument(dumpCompression({ algorithm: 'lz4', level: 3 }, program(17)), 17), '--compress=lz4:3');
  assert.throws(() => dumpCompression({ algorithm: 'zstd' }, program(15)), { code: 'usage' });
});

test('another one is tried only where nobody asked for the first', () => {
  assert.deepEqual(otherCompression(undefined, { algorithm: 'zstd' }), { algorithm: 'gzip', level: 1 });
  assert.equal(otherCompression({ algorithm: 'zstd' }, { algorithm: 'zstd' }), undefined);
  assert.equal(otherCompression(undefined, { algorithm: 'gzip', level: 1 }), undefined);
});

test('we ourselves do what we can', () => {
  assert.deepEqual(ownCompression({ algorithm: 'zstd', level: 3 }, true), { algorithm: 'zstd', level: 3 });
  assert.deepEqual(ownCompression({ algorithm: 'zstd', level: 3 }, false), { algorithm: 'gzip', level: 1 });
  assert.deepEqual(ownCompression({ algorithm: 'lz4' }, true), { algorithm: 'zstd' });
  assert.deepEqual(ownCompression({ algorithm: 'none' }, false), { algorithm: 'none' });
});
