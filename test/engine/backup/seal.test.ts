import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { readKeyText } from '../../../src/backup/key-text.ts';
import type { BackupKey } from '../../../src/engine/backup/backup-key.ts';
import { opening, sealing } from '../../../src/engine/backup/seal.ts';
import { Problem } from '../../../src/problem/problem.ts';

const key = (text: string): BackupKey => ({ origin: 'the test', ...readKeyText(text, 'the test') });

async function* pieces(bytes: Buffer, size = 10_007): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function gather(data: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of data) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const problem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

const PLAIN = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251));

for (const [what, text] of [
  ['an identity', await generateIdentity()],
  ['a passphrase', 'correct horse battery staple'],
] as const) {
  test(`what ${what} seals, it opens again: of any length`, async () => {
    const sealer = await sealing(key(text));
    const opener = await opening(key(text), sealer.keyFile);
    for (const length of [0, 1, 65_535, 65_536, 65_537, PLAIN.length]) {
      const plain = PLAIN.subarray(0, length);
      const sealed = await gather(sealer.seal(pieces(plain)));
      assert.ok(length < 100 || !sealed.includes(plain.subarray(0, 40)), 'it can be read without a key');
      assert.deepEqual(await gather(opener.open(pieces(sealed, 70_001), 'f.age')), plain);
    }
  });
}

test('what another program has written in the age format is opened', async () => {
  // The published vector "armor" of the format: the hash of what is in it is all that is known of that.
  const identity = 'AGE-SECRET-KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6';
  const file = Buffer.from(
    `YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBURWlGMHlwcXIrYnB2Y3FYTnlDVkpwTDdPdXdQZFZ3UEw3S1FFYkZET0NjCkVtRUNBRWNL
TituL1ZzOVNiV2lWK0h1MHIrRThSNzdEZFdZeWQ4M253N1UKLS0tIFZuKzU0anFpaVVDRStXWmNFVlkzZjFzcUhqbHUvejFMQ1EvVDdYbTdxSTAK7s9i
x86RtDMnTmjU8vkTTLdMW/73vqpSyPC8DpksHoMx+2Y=`,
    'base64',
  );
  const opener = await opening(key(identity), undefined);
  const plain = await gather(opener.open(pieces(file), 'f.age'));
  const digest = createHash('sha256').update(plain).digest('hex');
  assert.equal(digest, '013f54400c82da08037759ada907a8b864e97de81c088a182062c4b5622fd2ab');
});

test('a passphrase opens the key of the backup, and that opens the files, with the plain library as well', async () => {
  const sealer = await sealing(key('a long passphrase'));
  const byPassphrase = new Decrypter();
  byPassphrase.addPassphrase('a long passphrase');
  assert.ok(sealer.keyFile);
  const identity = await byPassphrase.decrypt(sealer.keyFile, 'text');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity.trim());
  const sealed = await gather(sealer.seal(pieces(PLAIN)));
  assert.deepEqual(Buffer.from(await decrypter.decrypt(sealed)), PLAIN);
});

test('who has only the recipient can seal and not open', async () => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const sealed = await gather((await sealing(key(recipient))).seal(pieces(PLAIN)));
  await assert.rejects(opening(key(recipient), undefined), problem('backup-key'));
  const opener = await opening(key(identity), undefined);
  assert.deepEqual(await gather(opener.open(pieces(sealed), 'f.age')), PLAIN);
});

test('a wrong key is refused before anything is given out', async () => {
  const right = key(await generateIdentity());
  const wrong = key(await generateIdentity());
  const sealed = await gather((await sealing(right)).seal(pieces(PLAIN)));
  const opener = await opening(wrong, undefined);
  await assert.rejects(gather(opener.open(pieces(sealed), 'f.age')), problem('backup-key'));
  const { keyFile } = await sealing(key('one passphrase'));
  await assert.rejects(opening(key('another passphrase'), keyFile), problem('backup-key'));
  await assert.rejects(opening(right, keyFile), problem('backup-key'));
  await assert.rejects(opening(key('one passphrase'), undefined), problem('backup-key'));
});

test('a mistyped key is refused, and not shown', async () => {
  const identity = await generateIdentity();
  const mistyped = `${identity.slice(0, 20)}${identity[20] === 'Q' ? 'P' : 'Q'}${identity.slice(21)}`;
  for (const use of [() => sealing(key(mistyped)), () => opening(key(mistyped), undefined)]) {
    await assert.rejects(use(), (error) => {
      assert.ok(error instanceof Problem && error.code === 'backup-key');
      assert.ok(!JSON.stringify([error.message, error.fields]).includes(mistyped.slice(16, 40)));
      return true;
    });
  }
});

test('every change and every cut of a sealed file is found', async () => {
  const mine = key(await generateIdentity());
  const sealed = await gather((await sealing(mine)).seal(pieces(PLAIN)));
  const opener = await opening(mine, undefined);
  const read = (bytes: Buffer) => gather(opener.open(pieces(bytes), 'data/1.copy.gz.age'));
  for (const at of [170, 200, 300, 65_900, 131_400, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[at] = changed[at]! ^ 1;
    await assert.rejects(read(changed), problem('backup-damaged'), `byte ${at}`);
  }
  for (const length of [0, 30, 150, 210, 65_800, 65_936, sealed.length - 1]) {
    await assert.rejects(read(sealed.subarray(0, length)), problem('backup-damaged'), `cut at ${length}`);
  }
  await assert.rejects(read(Buffer.concat([sealed, Buffer.from('x')])), problem('backup-damaged'));
});

test('what the source throws is told as it is', async () => {
  const mine = key(await generateIdentity());
  const sealed = await gather((await sealing(mine)).seal(pieces(PLAIN)));
  async function* breaking(after: number): AsyncGenerator<Buffer> {
    yield sealed.subarray(0, after);
    throw new Error('the disk is gone');
  }
  const opener = await opening(mine, undefined);
  for (const after of [20, 100_000])
    await assert.rejects(gather(opener.open(breaking(after), 'f')), /the disk is gone/);
  const sealer = await sealing(mine);
  await assert.rejects(gather(sealer.seal(breaking(100_000))), /the disk is gone/);
});

test('it goes no faster than its taker', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      given += 1;
      yield PLAIN;
    }
  }
  const sealer = await sealing(key(await generateIdentity()));
  let taken = 0;
  for await (const _ of sealer.seal(endless())) {
    taken += 1;
    if (taken === 50) break;
  }
  assert.ok(given < 30, `${given} pieces were read of which 50 × 64 KiB were taken`);
});
