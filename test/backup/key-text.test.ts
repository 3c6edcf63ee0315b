import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKeyText } from '../../src/backup/key-text.ts';
import { Problem } from '../../src/problem/problem.ts';

const IDENTITY = 'AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0';
const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

test('what age-keygen writes is an identity', () => {
  const text = `# created: 2026-11-23T11:22:33Z\r\n# public key: ${RECIPIENT}\r\n${IDENTITY}\r\n`;
  assert.deepEqual(readKeyText(text, 'k'), { identities: [IDENTITY], recipients: [], passphrase: undefined });
});

test('several recipients and an identity go together', () => {
  const read = readKeyText(`${RECIPIENT}\n\n  ${IDENTITY}  \n${RECIPIENT}`, 'k');
  assert.deepEqual(read, { identities: [IDENTITY], recipients: [RECIPIENT, RECIPIENT], passphrase: undefined });
});

test('one other line is a passphrase, with its blanks', () => {
  assert.equal(readKeyText('\uFEFF correct horse  battery ü \n', 'k').passphrase, ' correct horse  battery ü ');
});

const REFUSED: [string, string][] = [
  ['nothing', ''],
  ['remarks alone', '# nothing\n\n'],
  ['two lines of words', 'first\nsecond'],
  ['a passphrase and a key', `words\n${RECIPIENT}`],
  ['a mistyped identity', IDENTITY.toLowerCase()],
  ['a recipient in capitals', RECIPIENT.toUpperCase()],
  ['a key of SSH', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me'],
  ['a PEM file', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----'],
  ['an encrypted file', 'age-encryption.org/v1\n-> X25519 abc'],
];

for (const [what, text] of REFUSED) {
  test(`${what} is refused, and nothing of it is shown`, () => {
    assert.throws(
      () => readKeyText(text, '/etc/backup.key'),
      (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.code, 'backup-key');
        const shown = JSON.stringify([error.message, error.fields]);
        assert.match(shown, /\/etc\/backup\.key/);
        for (const line of text.split('\n').filter((one) => one.length > 20)) assert.ok(!shown.includes(line), shown);
        return true;
      },
    );
  });
}
