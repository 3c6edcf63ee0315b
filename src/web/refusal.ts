/** A request that is not answered with what it asked for: the status of HTTP, a stable word, a sentence. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Every word that a refusal can have; documented in docs/console.md. */
export const REFUSALS = {
  'host-refused': 'the Host header names none of the addresses of this console',
  'origin-refused': 'another site has sent the request',
  'not-signed-in': 'there is no session, or it has expired',
  'token-refused': 'the link was used before, or it is none',
  'sign-in-locked': 'too many wrong links from this address',
  'csrf-refused': 'the header X-Taskflow-Token is not that of the session',
  'role-refused': 'the role of this user does not allow it',
  'confirm-needed': 'the database is marked production, and confirm is not its name',
  'action-busy': 'another action is under way at this target',
  'not-found': 'there is no such page, address or target',
  'method-refused': 'the address exists, with other methods',
  'body-refused': 'the body is no JSON, or too large',
  'input-invalid': 'a part of the request is not as the API describes it',
} as const;
export type RefusalCode = keyof typeof REFUSALS;
