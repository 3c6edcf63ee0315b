/** What the server refused, or could not do: `problem` as its JSON has it. */
export interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
  readonly state?: string;
  readonly next?: readonly string[];
}

/** A request that did not do what it was for. */
export class Refused extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Request {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly csrf?: string;
  /** Nobody has asked for it: it does not keep the session from expiring. */
  readonly isBackground?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, with what its headers say of it. */
export interface Document<Value> {
  readonly value: Value;
  /** The same for the same document alone; '' where there is none. */
  readonly tag: string;
  /** The event of the stream up to which it shows what has happened; '' where it is not of a target. */
  readonly event: string;
}

/** Asks the server, and gives its document. Throws Refused; status 0 where it is not there. */
export async function ask<Value>(path: string, request: Request = {}): Promise<Value> {
  const response = await send(path, request);
  return (await documentIn(response)) as Value;
}

/**
 * Reads it again: what is `known` already is not sent once more. `since`: the event because of which it is asked for; '': it must
 * be as it is now.
 */
export async function askAgain<Value>(
  path: string,
  {
    isBackground,
    since,
    known,
  }: { readonly isBackground: boolean; readonly since: string; readonly known: Document<Value> | undefined },
): Promise<Document<Value>> {
  const headers = {
    ...(since === '' ? {} : { [EVENT]: since }),
    ...(known && known.tag !== '' ? { 'If-None-Match': known.tag } : {}),
  };
  const response = await send(path, { isBackground, headers });
  const event = response.headers.get(EVENT) ?? '';
  if (known && response.status === 304) return { ...known, event };
  return { value: (await documentIn(response)) as Value, tag: response.headers.get('ETag') ?? '', event };
}

const EVENT = 'X-Taskflow-Event';

async function send(path: string, request: Request): Promise<Response> {
  const { method = 'GET', body, csrf, isBackground } = request;
  const headers = {
    ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    ...(csrf === undefined ? {} : { 'X-Taskflow-Token': csrf }),
    ...(isBackground ? { 'X-Taskflow-Background': '1' } : {}),
    ...request.headers,
  };
  const sent = method === 'GET' ? null : JSON.stringify(body ?? {});
  const response = await fetch(path, { method, headers, body: sent }).catch(() => undefined);
  if (!response) throw new Refused({ status: 0, code: 'console-away', message: 'The console does not answer.' });
  return response;
}

async function documentIn(response: Response): Promise<unknown> {
  const value: unknown = await response.json().catch(() => undefined);
  if (response.ok) return value;
  throw new Refused(faultOf(response.status, value));
}

function faultOf(status: number, value: unknown): Fault {
  const problem = (value as { problem?: Omit<Fault, 'status'> } | undefined)?.problem;
  return { code: 'internal', message: `The console answered with status ${status}.`, ...problem, status };
}

/** The address of a target's part in the API. */
export function targetPath(target: string, part: string, query: Readonly<Record<string, string>> = {}): string {
  const said = Object.entries(query).filter(([, value]) => value !== '');
  const search = said.length > 0 ? `?${new URLSearchParams(said)}` : '';
  return `/api/targets/${encodeURIComponent(target)}/${part}${search}`;
}
