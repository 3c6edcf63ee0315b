import type { Migration } from '../../../migration/migration.ts';
import type { Location } from '../../../problem/problem.ts';

/** What a thrown value says: people throw anything. */
export function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause instanceof Error && thrown.cause.message !== '' ? ` (${thrown.cause.message})` : '';
  return `${thrown.message || thrown.name}${cause}`;
}

/** Where in the file it was thrown: the first line of its stack that is one of the file. */
export function placeInCode(thrown: unknown, { file, text }: Migration, url: string): Location {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const at = stack.indexOf(`${url}:`);
  const [, line, column] = at === -1 ? [] : (/^:(\d+)(?::(\d+))?/.exec(stack.slice(at + url.length)) ?? []);
  if (line === undefined) return { file };
  const lineText = text.split('\n')[Number(line) - 1] ?? '';
  return { file, line: Number(line), column: Number(column ?? 1), lineText };
}

/** What is to be done about an error of a call. */
export type ErrorClass =
  /** It passes: the same call again, not before `afterMs` where that is known. */
  | { readonly kind: 'passes'; readonly afterMs: number | undefined }
  /** No row is at fault: the service, or who may use it. */
  | { readonly kind: 'service' }
  /** Some row may be at fault. */
  | { readonly kind: 'rows' };

/** Of Node's network, its resolver, and undici, which is its fetch. */
const NETWORK =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EAI_AGAIN|ENOTFOUND|UND_ERR_\w+)$/;
const STATUS_PASSES: ReadonlySet<number> = new Set([408, 425, 429]);
const STATUS_OF_ACCESS: ReadonlySet<number> = new Set([401, 402, 403, 404, 405, 407]);

/** By what its thrower has said, the code of the network, or the status of HTTP. */
export function classOf(thrown: unknown): ErrorClass {
  const said = fieldsOf(thrown);
  if (said.retryable === true || said.name === 'TimeoutError') return { kind: 'passes', afterMs: waitOf(said) };
  const cause = fieldsOf(said.cause);
  if (NETWORK.test(String(said.code)) || NETWORK.test(String(cause.code)))
    return { kind: 'passes', afterMs: undefined };
  const status = Number(said.status ?? said.statusCode ?? fieldsOf(said.response).status);
  if (STATUS_PASSES.has(status) || (status >= 500 && status <= 599)) return { kind: 'passes', afterMs: waitOf(said) };
  return { kind: STATUS_OF_ACCESS.has(status) ? 'service' : 'rows' };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** As thrown by context.retryable, or by whatever client keeps the headers of an answer. */
function waitOf(said: Record<string, unknown>): number | undefined {
  if (typeof said.afterMs === 'number') return said.afterMs;
  const { headers = fieldsOf(said.response).headers } = said;
  const get = fieldsOf(headers).get;
  const value: unknown =
    typeof get === 'function' ? get.call(headers, 'retry-after') : fieldsOf(headers)['retry-after'];
  return retryAfterMs(typeof value === 'string' ? value : null);
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. */
export function retryAfterMs(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
