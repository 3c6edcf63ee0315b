import { isProductionTarget } from '../engine/production.ts';
import { answer } from './answer.ts';
import { Assets } from './assets.ts';
import type { Addresses } from './gate.ts';
import { Hub, type HubParts } from './hub.ts';
import { type ListenAt, listen, type TlsFiles } from './listen.ts';
import { refuseOpenAddress } from './open-address.ts';
import type { Route } from './route.ts';
import { Router } from './router.ts';
import { ROUTES } from './routes.ts';

export interface ServeOptions extends Omit<HubParts, 'now' | 'isProduction'> {
  readonly listen: ListenAt;
  readonly tls?: TlsFiles | undefined;
  /** `https://db.example.com`: how people reach it, where that is not the address it listens on. */
  readonly publicUrl?: URL | undefined;
  /** Addresses of proxies whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly string[];
  /** The folder of the page. */
  readonly assets: string;
  /** By default those of the console. */
  readonly routes?: readonly Route[];
  /** By default the system's clock. */
  readonly now?: () => number;
  /** By default as configuration and database say. */
  readonly isProduction?: HubParts['isProduction'];
}

export interface Serving {
  /** Without a token. */
  readonly url: string;
  readonly port: number;
  readonly hub: Hub;
  /** Ends every connection, and resolves when no action is under way any more. */
  close(): Promise<void>;
}

const TICK_MS = 15_000;

/** Starts the console, and makes a link for each user. Problem `usage` where it cannot or must not listen there. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { tls, publicUrl, mayWrite } = options;
  refuseOpenAddress(options.listen, tls !== undefined, publicUrl);
  const router = new Router(options.routes ?? ROUTES, mayWrite);
  const { now = Date.now, isProduction = isProductionTarget } = options;
  const hub = new Hub({ ...options, now, isProduction });
  const assets = Assets.read(options.assets);
  const trustedProxies = new Set(options.trustedProxies);
  const isSecure = tls !== undefined || publicUrl?.protocol === 'https:';
  let addresses: Addresses = { hosts: new Set(), origins: new Set() };
  let cookieName = '';
  const { servers, port } = await listen(options.listen, tls, (request, response) => {
    void answer({ hub, router, assets, addresses, isSecure, cookieName, trustedProxies }, request, response);
  });
  const own = ownUrls(options.listen.host, port, tls !== undefined);
  addresses = addressesOf([...own, ...(publicUrl ? [publicUrl] : [])]);
  // Cookies do not know ports: two consoles on one machine must not take each other's.
  cookieName = `taskflow_${port}`;
  const timer = setInterval(() => hub.tick(), Math.min(TICK_MS, options.idleMs));
  timer.unref();
  hub.begin();
  return { url: (publicUrl ?? own[0]!).origin, port, hub, close: () => end() };

  async function end(): Promise<void> {
    clearInterval(timer);
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((done) => server.close(done));
        server.closeAllConnections();
        return closed;
      }),
    );
    await hub.end();
  }
}

/** By which a browser reaches an address: every name that it has, and no other. */
function ownUrls(host: string, port: number, isTls: boolean): URL[] {
  const names = LOOPBACK_NAMES.includes(host) ? LOOPBACK_NAMES : [host];
  const scheme = isTls ? 'https' : 'http';
  return names.map((name) => new URL(`${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`));
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '::1'];

function addressesOf(urls: readonly URL[]): Addresses {
  return { hosts: new Set(urls.map(({ host }) => host)), origins: new Set(urls.map(({ origin }) => origin)) };
}
