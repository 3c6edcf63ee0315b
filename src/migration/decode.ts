import { isUtf8 } from 'node:buffer';
import { Problem } from '../problem/problem.ts';
import { LineIndex } from '../sql/position.ts';
import { withoutByteOrderMark } from './checksum.ts';

/** The text of a file's bytes: UTF-8, without a byte order mark, CRLF read as LF. Throws 'file-encoding' at the first bad byte. */
export function decodeText(bytes: Uint8Array, file: string): string {
  const content = withoutByteOrderMark(bytes);
  if (!isUtf8(content)) throw isUtf16(bytes) ? utf16(file) : badByte(content, file);
  const text = utf8(content);
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function utf16(file: string): Problem {
  return new Problem('file-encoding', `${file} is UTF-16`, {
    where: { file, line: 1, column: 1 },
    found: 'the byte order mark of UTF-16',
    expected: 'UTF-8',
    next: [`Save the file as UTF-8, for example with: iconv -f UTF-16 -t UTF-8 ${file}`],
  });
}

function badByte(bytes: Uint8Array, file: string): Problem {
  const offset = firstBadByte(bytes);
  const before = utf8(bytes.subarray(0, offset));
  const { line, column, lineText } = new LineIndex(before).at(before.length);
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return new Problem('file-encoding', `${file} is not UTF-8`, {
    where: { file, line, column, lineText },
    found: `the byte 0x${byte}, which is no part of a UTF-8 character there`,
    expected: 'UTF-8',
    next: [`If the file is Latin-1, convert it, for example with: iconv -f LATIN1 -t UTF-8 ${file}`],
  });
}

/** The offset of the first byte that is not part of a well-formed character (RFC 3629, section 4). */
function firstBadByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return bytes.length;
}

/** The length in bytes of the character that begins at `at`; 0 when it is malformed. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  return length > 0 && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
