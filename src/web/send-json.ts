import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

interface Written {
  readonly bytes: Buffer;
  /** An ETag: the same for the same bytes alone. */
  tag: string | undefined;
}

/** An answer that many share is written out once. */
const written = new WeakMap<object, Written>();

function writtenOf(value: object): Written {
  const known = written.get(value) ?? { bytes: Buffer.from(`${JSON.stringify(value)}\n`), tag: undefined };
  written.set(value, known);
  return known;
}

/** Ends a response with a JSON document. Nothing changes the value afterwards. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(writtenOf(value).bytes);
}

/** The same with an ETag, and 304 without a document to who has that one already (If-None-Match). */
export function sendUnlessKnown(request: IncomingMessage, response: ServerResponse, value: object): void {
  const one = writtenOf(value);
  one.tag ??= `"${createHash('sha256').update(one.bytes).digest('base64url').slice(0, 22)}"`;
  if (request.headers['if-none-match'] !== one.tag) {
    sendJson(response, 200, value, { ETag: one.tag });
    return;
  }
  response.writeHead(304, { 'Cache-Control': 'no-store', ETag: one.tag });
  response.end();
}
