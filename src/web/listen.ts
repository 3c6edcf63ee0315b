import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Problem } from '../problem/problem.ts';

/** Where to listen. `host`: an address, or `localhost` for both of this machine's own. */
export interface ListenAt {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Nobody has asked for this port: any other will do where it is taken. */
  readonly isDefault: boolean;
}

export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
}

/** Whether only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Opens the ports. Problem `usage` where they cannot be had. */
export async function listen(at: ListenAt, tls: TlsFiles | undefined, handler: RequestListener): Promise<Listening> {
  const [first, ...others] = at.host === 'localhost' ? ['127.0.0.1', '::1'] : [at.host];
  const server = await open(first!, at, tls, handler);
  const { port } = server.address() as AddressInfo;
  const more = await Promise.all(
    others.map((host) => opened(create(tls, handler), host, port).catch(() => undefined)), // a machine without IPv6 has none
  );
  return { servers: [server, ...more.flatMap((one) => one ?? [])], port };
}

async function open(host: string, at: ListenAt, tls: TlsFiles | undefined, handler: RequestListener): Promise<Server> {
  try {
    return await opened(create(tls, handler), host, at.port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' && at.isDefault) return opened(create(tls, handler), host, 0);
    throw new Problem('usage', `cannot listen on ${at.host}, port ${at.port}: ${message}`, {
      state: 'Nothing was started.',
      next: ['Name another: --listen localhost:0 takes any port that is free.'],
      cause: error,
    });
  }
}

function create(tls: TlsFiles | undefined, handler: RequestListener): Server {
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5000 };
  const server = tls
    ? createTlsServer({ ...tls, ...limits, minVersion: 'TLSv1.2' }, handler)
    : createServer(limits, handler);
  // No WebSocket exists here, and nothing is tunnelled.
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
  return server as Server;
}

function opened(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host === '::1' }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
