import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { REFUSALS } from './refusal.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** The API of these routes as an OpenAPI 3.1 document. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'taskflow-db console', version, description: 'See docs/console.md.' },
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'taskflow_PORT' } },
      schemas: { Refusal: REFUSAL },
    },
  };
}

/** A refusal by the console itself; of a fault in what was asked for, `problem` is as `--json` gives it. */
const REFUSAL: Json = {
  type: 'object',
  required: ['ok', 'problem'],
  properties: {
    ok: { const: false },
    problem: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string', examples: Object.keys(REFUSALS) }, message: { type: 'string' } },
    },
  },
};

function operation(route: Route): Json {
  const input = schemaOf(route.input, 'input');
  const properties = Object.entries((input.properties ?? {}) as Record<string, Json>);
  const inPath = (name: string) => route.path.split('/').includes(`:${name}`);
  const others = properties.filter(([name]) => !inPath(name));
  const required = new Set((input.required ?? []) as string[]);
  const asQuery = route.method === 'GET' ? others : [];
  const parameters = [...properties.filter(([name]) => inPath(name)), ...asQuery].map(([name, schema]) => ({
    name,
    in: inPath(name) ? 'path' : 'query',
    required: required.has(name),
    schema,
  }));
  return {
    operationId: route.name,
    summary: route.summary,
    description: route.role === 'anybody' ? 'Needs no session.' : `Needs the role ${route.role} or more.`,
    ...(route.role === 'anybody' ? {} : { security: [{ session: [] }] }),
    parameters: [...parameters, ...(needsToken(route) ? [TOKEN] : [])],
    ...(route.method === 'POST' ? { requestBody: bodyOf(others, required) } : {}),
    responses: { 200: answerOf(route), default: { description: 'Refused', content: content({ $ref: REF }) } },
  };
}

const REF = '#/components/schemas/Refusal';
const TOKEN: Json = { name: 'X-Taskflow-Token', in: 'header', required: true, schema: { type: 'string' } };

function needsToken({ method, role }: Route): boolean {
  return method !== 'GET' && role !== 'anybody';
}

function bodyOf(properties: readonly (readonly [string, Json])[], required: ReadonlySet<string>): Json {
  const names = properties.map(([name]) => name);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: names.filter((name) => required.has(name)),
  };
  return { required: true, content: content(schema) };
}

function answerOf({ output, follow }: Route): Json {
  const schema = schemaOf(output, 'output');
  if (!follow) return { description: 'Done', content: content(schema) };
  return { description: 'A stream; the data of each event', content: { 'text/event-stream': { schema } } };
}

function content(schema: Json): Json {
  return { 'application/json': { schema } };
}

function schemaOf(schema: v.GenericSchema, typeMode: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, { typeMode, errorMode: 'ignore' }) as Json;
  return rest;
}
