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
}

/** Asks the server, and gives its document. Throws Refused; status 0 where it is not there. */
export async function ask<Value>(path: string, request: Request = {}): Promise<Value> {
  const { method = 'GET', body, csrf, isBackground } = request;
  const headers = {
    ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    ...(csrf === undefined ? {} : { 'X-Taskflow-Token': csrf }),
    ...(isBackground ? { 'X-Taskflow-Background': '1' } : {}),
  };
  const sent = method === 'GET' ? null : JSON.stringify(body ?? {});
  const response = await fetch(path, { method, headers, body: sent }).catch(() => undefined);
  if (!response) throw new Refused({ status: 0, code: 'console-away', message: 'The console does not answer.' });
  const value: unknown = await response.json().catch(() => undefined);
  if (response.ok) return value as Value;
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
