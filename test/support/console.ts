/** The console as a person starts it, `taskflow-db serve`, and requests to it as any program can send them. */
import { get, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { DatabaseWorkplace, Workplace } from './cli.ts';

export interface StartedConsole {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly links: readonly { readonly user: string; readonly role: string; readonly url: string }[];
  /** What it has written to stderr until now. */
  said(): string;
  /** Resolves when that matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

/** Starts `serve` on any free port. Whoever calls it stops it. */
export async function startConsole(at: Workplace, args: readonly string[] = []): Promise<StartedConsole> {
  const { child, finished } = at.start(['serve', '--json', '--listen', 'localhost:0', ...args]);
  let [out, err] = ['', ''];
  const listeners = new Set<() => void>();
  const document = new Promise<Pick<StartedConsole, 'url' | 'links'>>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      out += data;
      if (out.endsWith('}\n')) resolve(JSON.parse(out));
    });
    finished.then(({ output }) => reject(new Error(`serve has ended:\n${output}`)), reject);
  });
  child.stderr?.on('data', (data: Buffer) => {
    err += data;
    for (const listener of listeners) listener();
  });
  const { url, links } = await document;
  return {
    url,
    links,
    said: () => err,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(err);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        finished.then(
          ({ output }) => reject(new Error(`serve has ended, and never said ${pattern}:\n${output}`)),
          reject,
        );
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await finished;
    },
  };
}

/** Runs a test body with a console over the database of a workplace; it is stopped behind it. */
export async function withConsole<T>(
  at: DatabaseWorkplace,
  args: readonly string[],
  body: (console: StartedConsole) => Promise<T>,
): Promise<T> {
  const started = await startConsole(at, args);
  try {
    return await body(started);
  } finally {
    await started.stop();
  }
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<Value = Record<string, never>>(): Value;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request with exactly these headers: what a browser adds by itself is not added. */
export function send(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Response> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, method, headers, agent: false };
    const request = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, json: <Value>() => JSON.parse(text) as Value });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Somebody who is signed in: the headers that make a request theirs. */
export interface SignedIn {
  readonly cookie: string;
  readonly csrf: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export function tokenOf(link: string): string {
  return new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? '';
}

export function sendToken(base: string, token: string): Promise<Response> {
  return send(base, '/api/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}

/** Signs in with a link. */
export async function signIn(base: string, link: string): Promise<SignedIn> {
  const answer = await sendToken(base, tokenOf(link));
  if (answer.status !== 200) throw new Error(`signing in: ${answer.status} ${answer.text}`);
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { csrf } = answer.json<{ csrf: string }>();
  return {
    cookie,
    csrf,
    get: (path, headers = {}) => send(base, path, { headers: { Cookie: cookie, ...headers } }),
    post: (path, body, headers = {}) =>
      send(base, path, {
        method: 'POST',
        headers: { Cookie: cookie, 'Content-Type': 'application/json', 'X-Taskflow-Token': csrf, ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Reads a stream of events as it comes. */
export async function follow(base: string, path: string, cookie: string) {
  const { hostname, port } = new URL(base);
  let text = '';
  let wake = () => {};
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ hostname, port, path, headers: { Cookie: cookie }, agent: false }, resolve).on('error', reject);
  });
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    wake();
  });
  return {
    said: () => text,
    close: () => response.destroy(),
    async until(pattern: RegExp, from = 0) {
      while (!pattern.test(text.slice(from)))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}
