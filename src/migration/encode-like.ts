/**
 * The text, which has LF line breaks and no byte order mark, as a file that was written like `bytes`: with the line breaks that
 * most of its lines have, and with a byte order mark if it has one.
 */
export function encodeLike(bytes: Uint8Array, text: string): string {
  const was = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const crlf = was.split('\r\n').length - 1;
  const lf = was.split('\n').length - 1 - crlf;
  return (was.startsWith('\uFEFF') ? '\uFEFF' : '') + (crlf > lf ? text.replaceAll('\n', '\r\n') : text);
}
