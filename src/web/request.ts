import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

const BODY_BYTES_MAX = 64 * 1024;

/** The JSON object in a request's body; an empty one where there is no body. Refusal `body-refused`. */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > BODY_BYTES_MAX)
      throw new Refusal(413, 'body-refused', 'The body is too large.', { Connection: 'close' });
    parts.push(part as Buffer);
  }
  // A form of another site can send other types without being asked whether it may.
  if (type !== 'application/json') throw new Refusal(415, 'body-refused', 'The body must be application/json.');
  return objectOf(Buffer.concat(parts).toString('utf8'));
}

function objectOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // told below
  }
  throw new Refusal(400, 'body-refused', 'The body is no JSON object.');
}

/** The value of a cookie. */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The address of who asks; what a proxy says of that counts only where the proxy is trusted. */
export function addressOf(request: IncomingMessage, trusted: ReadonlySet<string>): string {
  const direct = plain(request.socket.remoteAddress ?? '');
  if (!trusted.has(direct)) return direct;
  const said = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return said.at(-1)?.trim() || direct;
}

/** An IPv4 address as a socket for both families writes it: ::ffff:127.0.0.1. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}
