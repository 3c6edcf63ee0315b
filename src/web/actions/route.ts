import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { actionOf } from '../answers/action.ts';
import type { Frozen } from '../answers/frozen.ts';
import { ofTarget } from '../answers/shapes.ts';
import type { Hub } from '../hub.ts';
import { Refusal } from '../refusal.ts';
import type { Role } from '../roles.ts';
import { type Route, route } from '../route.ts';
import type { Target } from '../target.ts';
import type { Acting, Outcome } from './action.ts';

/** What is over by then is answered with what it came to. */
const ANSWER_AFTER_MS = 400;

/** Something that people may do to a database from the console. How to add one: docs/ARCHITECTURE.md, "Actions". */
interface ActionDefinition<Entries extends v.ObjectEntries, Result extends v.GenericSchema> {
  /** Of the operation in the OpenAPI document: `applyMigrations`. */
  readonly name: string;
  /** Behind `/api/targets/:target/`; its parameters are entries of `input`. */
  readonly path: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** The least role. */
  readonly role: Exclude<Role, 'viewer'>;
  /** What it takes besides the target and `confirm`. */
  readonly input: Entries;
  /** What it makes. */
  readonly result: Result;
  /** It may begin while another is under way at this target, and does not keep others from beginning. */
  readonly isBeside?: boolean;
  /** It holds or stops something, or changes nothing: nobody is asked for a name before. */
  readonly isHarmless?: boolean;
  /** What it does, for people: `apply what is pending, up to 003_orders`. */
  title(input: Input<Entries>): string;
  run(
    acting: Acting & { readonly target: Target },
    input: Input<Entries>,
  ): Promise<Outcome<Frozen<v.InferOutput<Result>>>>;
}

type Input<Entries extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<Entries, undefined>>;

/**
 * The route of an action. It exists only with --write; who may not is refused, and on a production database who has not named it.
 * The answer is the action as it is a moment later; it goes on by itself, and all who watch the target are told.
 */
export function action<Entries extends v.ObjectEntries, Result extends v.GenericSchema>(
  definition: ActionDefinition<Entries, Result>,
): Route {
  const { name, path, summary, role, isBeside = false, isHarmless = false } = definition;
  return route({
    name,
    method: 'POST',
    path: `/api/targets/:target/${path}`,
    summary,
    role,
    changes: true,
    input: v.object({ ...ofTarget, ...(isHarmless ? {} : { confirm: CONFIRM }), ...definition.input }),
    output: actionOf(definition.result),
    async handle({ hub, user, address }, given) {
      const input = given as Input<Entries> & { readonly target: string; readonly confirm?: string };
      const live = hub.live(input.target);
      if (!isHarmless) await refuseUnnamed(hub, live.target, input.confirm);
      const asked = { name, title: definition.title(input), user, address };
      const begun = live.actions.begin(asked, isBeside, (acting) =>
        definition.run({ ...acting, target: live.target }, input).catch((error: unknown) => {
          const request = acting.engine.run.console?.request;
          live.refusals.note({ action: name, asked: asked.title, user, address, request }, error);
          throw error;
        }),
      );
      await Promise.race([begun.ended, sleep(ANSWER_AFTER_MS)]);
      return begun.whole() as never;
    },
  }) as unknown as Route;
}

const CONFIRM = v.optional(
  v.pipe(v.string(), v.maxLength(200), v.description('the name of the database, where it is marked production')),
);

async function refuseUnnamed({ parts }: Hub, { engine }: Target, confirm: string | undefined): Promise<void> {
  const { database } = engine.target;
  if (confirm === database || !(await parts.isProduction(engine))) return;
  throw new Refusal(409, 'confirm-needed', `${database} is marked production: type its name to go on.`);
}
