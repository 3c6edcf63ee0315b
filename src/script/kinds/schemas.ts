import { quoteLiteral } from '../../sql/quote.ts';
import { RANK, type Writer } from '../context.ts';
import { addressOf, qualified, withoutArguments } from '../names.ts';
import { line } from '../step.ts';

/** DROP, by the name that COMMENT takes. */
export const dropByName: Writer['drop'] = (one) => [line(`DROP ${addressOf(one)}`)];

export const SCHEMA: Writer = {
  rank: RANK.schema,
  make: ({ identity }) => [line(`CREATE SCHEMA ${qualified(identity)}`)],
  drop: dropByName,
  alter: () => [],
};

export const EXTENSION: Writer = {
  rank: RANK.extension,
  // Without a version it is the server's default.
  make: ({ identity, properties: { schema, version } }) => [
    line(
      `CREATE EXTENSION ${qualified(identity)} SCHEMA ${qualified([schema!])}${version === undefined ? '' : ` VERSION ${quoteLiteral(String(version))}`}`,
      {
        note: `needs the extension ${[identity[0], version].filter((part) => part !== undefined).join(' ')} on the server`,
      },
    ),
  ],
  drop: dropByName,
  alter: ({ after: { identity, properties }, changed }) => [
    ...(changed.has('schema')
      ? [line(`ALTER EXTENSION ${qualified(identity)} SET SCHEMA ${qualified([properties.schema!])}`)]
      : []),
    ...(changed.has('version')
      ? [line(`ALTER EXTENSION ${qualified(identity)} UPDATE TO ${quoteLiteral(String(properties.version))}`)]
      : []),
  ],
};

export const LANGUAGE: Writer = {
  rank: RANK.routine,
  make: ({ identity, properties: { trusted, handler, validator, 'inline handler': inline } }) => [
    line(
      `CREATE ${trusted ? 'TRUSTED ' : ''}LANGUAGE ${qualified(identity)} HANDLER ${withoutArguments(String(handler))}` +
        (inline === undefined ? '' : ` INLINE ${withoutArguments(String(inline))}`) +
        (validator === undefined ? '' : ` VALIDATOR ${withoutArguments(String(validator))}`),
    ),
  ],
  drop: dropByName,
};

export const ACCESS_METHOD: Writer = {
  rank: RANK.type,
  make: ({ identity, properties: { kind, handler } }) => [
    line(
      `CREATE ACCESS METHOD ${qualified(identity)} TYPE ${String(kind).toUpperCase()} HANDLER ${withoutArguments(String(handler))}`,
    ),
  ],
  drop: dropByName,
};
