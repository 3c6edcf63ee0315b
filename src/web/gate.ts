import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './refusal.ts';

/** Where the console may be reached from outside: what Host and Origin must be, exactly. */
export interface Addresses {
  /** `127.0.0.1:7433` */
  readonly hosts: ReadonlySet<string>;
  /** `http://127.0.0.1:7433` */
  readonly origins: ReadonlySet<string>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Refuses what another site has a browser send here: a Host that is not ours (a name that was made to lead to this address), an
 * Origin that is not ours, a fetch from another site. A browser always tells; a script that tells nothing is let through, and
 * needs a session all the same.
 */
export function passGate({ method, path, headers }: Asked, { hosts, origins }: Addresses): void {
  if (!hosts.has((headers.host ?? '').toLowerCase()))
    throw new Refusal(421, 'host-refused', 'This console is not reached by that name.');
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isRead = method === 'GET' || method === 'HEAD';
  if (origin !== undefined && !origins.has(origin.toLowerCase())) throw foreign();
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  // A link on another page may lead to ours: to the page, which then asks by itself; never to what it asks for.
  const isNavigation = isRead && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (!isNavigation || path.startsWith('/api/')) throw foreign();
}

function foreign(): Refusal {
  return new Refusal(403, 'origin-refused', 'Another site has sent this request.');
}

/** What each answer carries; none of them lets another site read or embed it. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};

/** A browser that has seen it by TLS does not come back without. */
export const TLS_HEADERS: Readonly<Record<string, string>> = { 'Strict-Transport-Security': 'max-age=31536000' };
