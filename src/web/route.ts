import type * as v from 'valibot';
import type { Frozen } from './answers/frozen.ts';
import type { Hub } from './hub.ts';
import type { LiveTarget } from './live-target.ts';
import type { Role, User } from './roles.ts';
import type { Session } from './sessions.ts';

/** What a handler knows of the request. */
export interface Call {
  readonly hub: Hub;
  /** Those that exist. */
  readonly routes: readonly Route[];
  readonly session: Session;
  readonly user: User;
  /** Of who asks; behind a trusted proxy as this says. */
  readonly address: string;
  /** Aborted when the answer is not wanted any more, or the session has ended. */
  readonly signal: AbortSignal;
  /** What `work` makes of a target, one answer for all who ask the same: see SharedAnswers. Refusal `not-found`. */
  shared<Value>(
    target: string,
    question: readonly unknown[],
    work: (live: LiveTarget) => Promise<Value>,
  ): Promise<Value>;
  /** Null takes the cookie of the session away. */
  setCookie(value: string | null): void;
}

type AnySchema = v.GenericSchema;

/** One address of the API. Router, checks and /api/openapi.json go by it. */
export interface Route<Input extends AnySchema = AnySchema, Output extends AnySchema = AnySchema> {
  /** What it is called in the OpenAPI document: `readPlan`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/api/targets/:target/plan` */
  readonly path: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** The least role; `anybody`: no session is needed. */
  readonly role: Role | 'anybody';
  /** It changes something in a database or in files: it exists only with --write. */
  readonly changes: boolean;
  /** An object: of the path's parts, of the query or (but for GET) of the body. */
  readonly input: Input;
  readonly output: Output;
  handle(call: Call, input: v.InferOutput<Input>): Promise<Frozen<v.InferOutput<Output>>>;
  /** Answers with a stream of events (text/event-stream) in place of `handle`; `output` is the data of one. */
  follow?(call: Call, input: v.InferOutput<Input>): LiveTarget;
}

/** The same value; the schemas give `handle` its types. */
export function route<Input extends AnySchema, Output extends AnySchema>(
  definition: Route<Input, Output>,
): Route<Input, Output> {
  return definition;
}
