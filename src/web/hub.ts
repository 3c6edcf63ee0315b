import type { Engine } from '../engine/engine.ts';
import { maskTexts } from '../report/mask.ts';
import { LiveTarget } from './live-target.ts';
import { Refusal } from './refusal.ts';
import type { User } from './roles.ts';
import { Sessions } from './sessions.ts';
import { SignInLimit } from './sign-in-limit.ts';
import type { Target } from './target.ts';

/** What a console is made of; all that comes from outside is handed in. */
export interface HubParts {
  readonly targets: readonly Target[];
  readonly users: readonly User[];
  readonly mayWrite: boolean;
  readonly idleMs: number;
  readonly toolVersion: string;
  /** Hides every known secret in a text. */
  readonly mask: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly tell: (news: HubNews) => void;
  /** Whether a database is marked production, in the configuration or by itself. */
  readonly isProduction: (engine: Engine) => Promise<boolean>;
}

/** What whoever has started the console is told. */
export type HubNews =
  | { readonly kind: 'link'; readonly user: User; readonly token: string }
  | { readonly kind: 'signed-in'; readonly user: User; readonly address: string }
  | { readonly kind: 'locked-out'; readonly address: string }
  | { readonly kind: 'fault'; readonly error: unknown };

/** The state that all requests share: who is signed in, which databases there are, and who watches them. */
export class Hub {
  readonly parts: HubParts;
  readonly sessions: Sessions;
  readonly limit = new SignInLimit();
  readonly #live: ReadonlyMap<string, LiveTarget>;

  constructor(parts: HubParts) {
    this.parts = parts;
    this.sessions = new Sessions(parts.idleMs);
    const fault = (error: unknown) => parts.tell({ kind: 'fault', error });
    const around = { mask: parts.mask, now: parts.now, fault };
    this.#live = new Map(parts.targets.map((target) => [target.name, new LiveTarget(target, around)]));
  }

  /** Makes a link for each user and tells them. */
  begin(): void {
    for (const user of this.parts.users) this.newLink(user);
  }

  newLink(user: User): void {
    this.parts.tell({ kind: 'link', user, token: this.sessions.newToken(user) });
  }

  has(name: string): boolean {
    return this.#live.has(name);
  }

  target(name: string): Target {
    return this.live(name).target;
  }

  /** What happens at a target. Refusal `not-found`. */
  live(name: string): LiveTarget {
    const found = this.#live.get(name);
    if (found) return found;
    throw new Refusal(404, 'not-found', `There is no target ${JSON.stringify(name)}.`);
  }

  /** The value that `work` makes of a target, masked: see SharedAnswers. `since`, `id`: numbers of events of its stream. */
  async shared<Value>(
    target: string,
    { question, since }: { readonly question: readonly unknown[]; readonly since: string | undefined },
    work: (live: LiveTarget) => Promise<Value>,
  ): Promise<{ value: Value; id: string }> {
    const { answers, feed } = this.live(target);
    const masked = async () => maskTexts(await work(this.live(target)), this.parts.mask);
    const { value, position } = await answers.ask(JSON.stringify(question), feed.positionOf(since), masked);
    return { value, id: feed.idAt(position) };
  }

  /** Resolves when no action is under way any more, and what was refused is on record. */
  async end(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => live.end()));
  }

  /** Now and then: what has expired ends, and streams are kept alive. */
  tick(): void {
    this.sessions.expire(this.parts.now());
    for (const live of this.#live.values()) live.feed.ping();
  }
}
