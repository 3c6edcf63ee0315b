import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { configSchema, DEFAULTS } from './schema.ts';

const PATH = 'schema/taskflow-db.config.schema.json';

/** The generated JSON Schema of the configuration: path → text. Run by scripts/build.mjs --schema. */
export function generate(): Record<string, string> {
  const schema = close(toJsonSchema(configSchema, { errorMode: 'ignore' }));
  const described = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of taskflow-db',
    ...schema,
    properties: withDefaults(schema.properties ?? {}),
  };
  return { [PATH]: `${JSON.stringify(described, undefined, 2)}\n` };
}

function withDefaults(properties: NonNullable<JsonSchema['properties']>) {
  const entries = Object.entries(properties).map(([key, value]) => {
    const fallback = (DEFAULTS as Readonly<Record<string, unknown>>)[key];
    return [key, fallback === undefined ? value : { ...(value as JsonSchema), default: fallback }];
  });
  return Object.fromEntries(entries);
}

/** Closed objects are made with a rest of `never`, which comes out as `{ "not": {} }`; editors understand `false` better. */
function close(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value) =>
    key === 'additionalProperties' && JSON.stringify(value) === '{"not":{}}' ? false : value,
  );
  return JSON.parse(text);
}
