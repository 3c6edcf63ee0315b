import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { socketPath } from '../target/hosts.ts';
import { isSocket, type TargetHost } from '../target/target.ts';

/** One place to connect to: a host that is a name can have several. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** The addresses of a host, in the order in which the system gives them. Rejects with the resolver's error. */
export async function addressesOf({ host, hostaddr, port }: TargetHost, signal: AbortSignal): Promise<Address[]> {
  if (hostaddr !== undefined) return [{ host: hostaddr, port }];
  if (isSocket(host)) return [{ path: socketFile(host, port) }];
  if (isIP(host) !== 0) return [{ host, port }];
  const { lookup } = await import('node:dns/promises');
  const found = await Promise.race([lookup(host, { all: true, verbatim: true }), rejection(signal)]);
  return found.map(({ address }) => ({ host: address, port }));
}

/** Linux's abstract namespace: a name that begins with a NUL instead of a file. */
function socketFile(directory: string, port: number): string {
  return socketPath(directory, port).replace(/^@/, '\0');
}

/** A connected socket, which the signal destroys as long as it is not aborted too late. */
export async function openSocket(
  address: Address,
  keepAliveMs: number | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const socket = connectSocket({ ...address, noDelay: true });
    destroyOnAbort(socket, signal);
    // Stays on: an error between two owners of the socket shows as a closed connection, not as the end of the process.
    socket.on('error', () => {});
    socket.once('error', reject);
    socket.once('connect', () => {
      if (keepAliveMs !== undefined) socket.setKeepAlive(true, keepAliveMs);
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

export function destroyOnAbort(socket: Socket, signal: AbortSignal): void {
  signal.addEventListener('abort', () => socket.destroy(asError(signal.reason)), { once: true });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(asError(signal.reason));
    signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** No answer within connect_timeout. */
export class ConnectTimeout extends Error {
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`no answer within ${afterMs / 1000} s`);
    this.name = 'ConnectTimeout';
    this.afterMs = afterMs;
  }
}

/** Runs the work with a signal that ends it after a time (0: never), or when the outer signal ends. */
export async function within<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer =
    timeoutMs > 0 ? setTimeout(() => controller.abort(new ConnectTimeout(timeoutMs)), timeoutMs) : undefined;
  const stop = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', stop, { once: true });
  try {
    outer?.throwIfAborted();
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', stop);
  }
}
