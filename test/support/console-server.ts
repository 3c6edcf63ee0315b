/** The console's own server without a database: its doors, with a clock and routes that a test hands in. */

import { join } from 'node:path';
import * as v from 'valibot';
import { type Route, route } from '../../src/web/route.ts';
import { ROUTES } from '../../src/web/routes.ts';
import { type ServeOptions, type Serving, serve } from '../../src/web/serve.ts';
import { REPOSITORY } from './run-folder.ts';

export interface Bench extends Serving {
  /** Its time, in milliseconds. */
  clock: number;
  /** The newest link's token of a user. */
  token(user: string): string;
  readonly told: readonly Parameters<ServeOptions['tell']>[0][];
}

/** Runs a test body with a console that has the users `vera` (viewer), `otto` (operator) and `anna` (approver). */
export async function withBench<T>(options: Partial<ServeOptions>, body: (bench: Bench) => Promise<T>): Promise<T> {
  const told: Parameters<ServeOptions['tell']>[0][] = [];
  let bench: Bench | undefined;
  const serving = await serve({
    targets: [],
    users: [
      { name: 'vera', role: 'viewer' },
      { name: 'otto', role: 'operator' },
      { name: 'anna', role: 'approver' },
    ],
    mayWrite: false,
    idleMs: 60_000,
    toolVersion: '1.2.3',
    mask: (text) => text,
    tell: (news) => told.push(news),
    now: () => bench?.clock ?? 0,
    isProduction: async ({ settings }) => settings.production,
    listen: { host: '127.0.0.1', port: 0, isDefault: false },
    trustedProxies: [],
    assets: join(REPOSITORY, 'dist/web'),
    ...options,
  });
  bench = { ...serving, clock: 1_000_000, told, token: (user) => tokenIn(told, user) };
  try {
    return await body(bench);
  } finally {
    await serving.close();
  }
}

function tokenIn(told: Bench['told'], user: string): string {
  const links = told.flatMap((news) => (news.kind === 'link' && news.user.name === user ? [news.token] : []));
  return links.at(-1) ?? '';
}

/** The console's routes, and one that would change something. */
export function withChange(): { routes: readonly Route[]; done: () => number } {
  let done = 0;
  const change = route({
    name: 'change',
    method: 'POST',
    path: '/api/change/:what',
    summary: 'change it',
    role: 'operator',
    changes: true,
    input: v.object({ what: v.string(), by: v.optional(v.string()) }),
    output: v.object({ what: v.string(), user: v.string() }),
    async handle({ user }, { what }) {
      done++;
      return { what, user: user.name };
    },
  });
  return { routes: [...ROUTES, change], done: () => done };
}
