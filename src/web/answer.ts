import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { Problem } from '../problem/problem.ts';
import { maskProblem } from '../report/mask-problem.ts';
import { problemJson } from '../report/problem-json.ts';
import type { Assets } from './assets.ts';
import { type Addresses, passGate, SECURITY_HEADERS, TLS_HEADERS } from './gate.ts';
import type { Hub } from './hub.ts';
import { Refusal } from './refusal.ts';
import { addressOf, cookieOf, readBody } from './request.ts';
import { isAtLeast, type User } from './roles.ts';
import type { Call, Route } from './route.ts';
import type { Router } from './router.ts';
import { sendJson, sendUnlessKnown } from './send-json.ts';
import { isSecret, type Session } from './sessions.ts';

/** All that answers go by. */
export interface Site {
  readonly hub: Hub;
  readonly router: Router;
  readonly assets: Assets;
  readonly addresses: Addresses;
  /** Reached by TLS, here or at the proxy. */
  readonly isSecure: boolean;
  readonly cookieName: string;
  readonly trustedProxies: ReadonlySet<string>;
}

/** Answers one request; never rejects. */
export async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = { ...SECURITY_HEADERS, ...(site.isSecure ? TLS_HEADERS : {}) };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://console.invalid');
    const method = request.method ?? 'GET';
    passGate({ method, path: pathname, headers: request.headers }, site.addresses);
    if (pathname.startsWith('/api/')) await answerCall(site, request, response, { method, pathname, searchParams });
    else site.assets.send(method, pathname, request, response);
  } catch (error) {
    refuse(site.hub, response, error);
  }
}

interface Place {
  readonly method: string;
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
}

async function answerCall(site: Site, request: IncomingMessage, response: ServerResponse, place: Place): Promise<void> {
  const { hub, router } = site;
  const { route, parameters } = router.find(place.method, place.pathname);
  const session = sessionOf(site, request, route);
  const address = addressOf(request, site.trustedProxies);
  const note = (error: unknown): never => {
    if (session) noteRefusal(hub, route, { user: session.user, address, target: parameters.target }, error);
    throw error;
  };
  try {
    authorize(route, session, request);
  } catch (error) {
    note(error);
  }
  const body = route.method === 'GET' ? Object.fromEntries(place.searchParams) : await readBody(request);
  const input = inputOf(route, { ...body, ...parameters });
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const call: Call = {
    hub,
    routes: router.routes,
    session: session as Session, // absent only where the route is for anybody, and then nobody asks for it
    user: (session as Session)?.user,
    address,
    shared: async (target, question, work) => {
      const { value, id } = await hub.shared(target, { question, since: sinceOf(request) }, work);
      response.setHeader(POSITION, id);
      return value;
    },
    signal: session ? AbortSignal.any([gone.signal, session.ended]) : gone.signal,
    setCookie: (value) => response.setHeader('Set-Cookie', cookieHeader(site, value)),
  };
  if (!route.follow) {
    const value = (await route.handle(call, input).catch(note)) as object;
    if (route.method === 'GET') sendUnlessKnown(request, response, value);
    else sendJson(response, 200, value);
    return;
  }
  const live = route.follow(call, input);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  const lastId = request.headers['last-event-id'] ?? place.searchParams.get('since') ?? undefined;
  live.follow(response, lastId === undefined ? undefined : String(lastId), call.signal);
}

/** Of answers: the event of the target's stream up to which they show what has happened. Of requests: what they must show. */
const POSITION = 'X-Taskflow-Event';

function sinceOf({ headers }: IncomingMessage): string | undefined {
  const said = headers[POSITION.toLowerCase()];
  return typeof said === 'string' ? said : undefined;
}

interface Asking {
  readonly user: User;
  readonly address: string;
  readonly target: string | undefined;
}

/** What would have changed something at a target leaves a word there of who wanted it. */
function noteRefusal(hub: Hub, route: Route, { user, address, target }: Asking, error: unknown): void {
  if (!route.changes || target === undefined || !hub.has(target)) return;
  hub.live(target).refusals.note({ action: route.name, user, address }, error);
}

/** A page that looks by itself, and a stream, do not keep a session from expiring. */
function sessionOf({ hub, cookieName }: Site, request: IncomingMessage, route: Route): Session | undefined {
  const isActive = request.headers['x-taskflow-background'] === undefined && !route.follow;
  return hub.sessions.find(cookieOf(request, cookieName), hub.parts.now(), isActive);
}

function authorize(route: Route, session: Session | undefined, request: IncomingMessage): void {
  if (route.role === 'anybody') return;
  if (!session) throw new Refusal(401, 'not-signed-in', 'Sign in with a link that the console has printed.');
  if (!isAtLeast(session.user.role, route.role))
    throw new Refusal(
      403,
      'role-refused',
      `This needs the role ${route.role}; ${session.user.name} is ${session.user.role}.`,
    );
  if (route.method === 'GET') return;
  const token = request.headers['x-taskflow-token'];
  if (typeof token !== 'string' || !isSecret(token, session.csrf))
    throw new Refusal(403, 'csrf-refused', 'The header X-Taskflow-Token is not that of this session.');
}

function inputOf(route: Route, given: Record<string, unknown>): unknown {
  const { success, output, issues } = v.safeParse(route.input, given);
  if (success) return output;
  const said = issues.map((issue) => `${v.getDotPath(issue) ?? 'the request'}: ${issue.message}`);
  throw new Refusal(400, 'input-invalid', said.join('; '));
}

/** `value` null: the cookie is taken away. */
function cookieHeader({ cookieName, isSecure }: Site, value: string | null): string {
  const secure = isSecure ? '; Secure' : '';
  const end = value === null ? '; Max-Age=0' : '';
  return `${cookieName}=${value ?? ''}; Path=/api; HttpOnly; SameSite=Strict${secure}${end}`;
}

function refuse(hub: Hub, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof Refusal) {
    const { status, code, message, headers } = error;
    sendJson(response, status, { ok: false, problem: { code, message } }, headers);
    return;
  }
  if (!(error instanceof Problem)) hub.parts.tell({ kind: 'fault', error });
  const mask = { apply: hub.parts.mask, hide: () => {} };
  const problem =
    error instanceof Problem ? maskProblem(error, mask) : new Problem('internal', 'this is a bug in taskflow-db');
  sendJson(response, statusOf(problem), { ok: false, problem: problemJson(problem) });
}

const STATUSES: Readonly<Record<string, number>> = {
  'version-unknown': 404,
  'backup-unknown': 404,
  'version-ambiguous': 400,
  connection: 502,
  authentication: 502,
  'connection-lost': 502,
  'server-unsupported': 502,
  internal: 500,
};

function statusOf({ code }: Problem): number {
  return STATUSES[code] ?? 409;
}
