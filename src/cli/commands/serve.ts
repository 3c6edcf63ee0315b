import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { describeEngine } from '../../engine/open-engine.ts';
import type { Scratch } from '../../engine/scratch/scratch.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { visibleLine } from '../../report/visible.ts';
import { type ServeOptions, type Serving, serve } from '../../web/serve.ts';
import type { CommandContext } from '../context.ts';
import { installedPath } from '../installed.ts';
import { openEnvironment, withEngine, withScratchServer } from '../open.ts';
import { consoleUsers, idleMs, listenAddress, publicUrl } from '../serve-flags.ts';
import { VERSION } from '../version.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  return withEngine(context, {}, async (engine) => {
    const news = createNews(context);
    const serving = await serve({ ...(await optionsOf(context, engine)), tell: news.hear });
    news.begin(serving);
    await stopped(context.signal);
    await serving.close();
    return EXIT.done;
  });
}

async function optionsOf(context: CommandContext, engine: Engine): Promise<Omit<ServeOptions, 'tell'>> {
  const { args } = context;
  const tls = tlsFiles(context);
  return {
    targets: await targetsOf(context, engine),
    users: consoleUsers(args.values('person'), args.has('write')),
    mayWrite: args.has('write'),
    idleMs: idleMs(args.value('idle')),
    toolVersion: VERSION,
    mask: context.masked,
    listen: listenAddress(args.value('listen')),
    tls,
    publicUrl: publicUrl(args.value('public-url')),
    trustedProxies: args.values('trust-proxy'),
    assets: installedPath('dist/web') ?? 'dist/web',
  };
}

async function targetsOf(context: CommandContext, engine: Engine): Promise<ServeOptions['targets']> {
  const others = await Promise.all(context.args.values('also').map((name) => openEnvironment(context, name)));
  const targets = [engine, ...others].map((one) => ({
    name: one.settings.environment?.name ?? one.target.database,
    description: describeEngine(one),
    environment: one.settings.environment?.name ?? null,
    engine: one,
    withScratch: <T>(use: (open: () => Promise<Scratch>) => Promise<T>, signal?: AbortSignal) =>
      withScratchServer(context, use, one.settings, signal),
  }));
  const names = targets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return targets;
  throw new Problem('usage', `two databases would be called ${JSON.stringify(twice)}`, {
    expected: 'each environment once, with --env and --also',
    state: 'Nothing was started.',
  });
}

function tlsFiles({ args, cwd }: CommandContext): ServeOptions['tls'] {
  const [cert, key] = [args.value('tls-cert'), args.value('tls-key')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new Problem('usage', '--tls-cert and --tls-key go together', { state: 'Nothing was started.' });
  return { cert: readPem(resolve(cwd, cert), cert), key: readPem(resolve(cwd, key), key) };
}

function readPem(path: string, shown: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('usage', `${shown} cannot be read`, { found, state: 'Nothing was started.', cause });
  }
}

type News = Parameters<ServeOptions['tell']>[0];

/** Links made before it is known where the console listens are told when it is. */
function createNews(context: CommandContext): { hear(news: News): void; begin(serving: Serving): void } {
  const { stdout, stderr } = context;
  const first: Extract<News, { kind: 'link' }>[] = [];
  let url: string | undefined;
  const linkOf = ({ token }: { token: string }) => `${url}/#token=${token}`;
  return {
    begin(serving) {
      url = serving.url;
      const links = first.map((link) => ({ user: link.user.name, role: link.user.role, url: linkOf(link) }));
      if (context.wantsJson) return context.json({ ok: true, url, links });
      for (const link of links) stdout.line(links.length === 1 ? link.url : `${link.user} (${link.role}): ${link.url}`);
      if (!context.quiet) stderr.line('Each link signs in once. Ctrl-C ends the console.');
    },
    hear(news) {
      if (news.kind === 'link' && url === undefined) first.push(news);
      else stderr.line(visibleLine(textOf(news, linkOf)));
    },
  };
}

function textOf(news: News, linkOf: (link: { token: string }) => string): string {
  if (news.kind === 'link') return `Next link for ${news.user.name} (${news.user.role}): ${linkOf(news)}`;
  if (news.kind === 'signed-in') return `${news.user.name} (${news.user.role}) has signed in from ${news.address}.`;
  if (news.kind === 'locked-out') return `Too many wrong links from ${news.address}: it is locked out for 15 minutes.`;
  const { error } = news;
  return `This is a bug in taskflow-db: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}
