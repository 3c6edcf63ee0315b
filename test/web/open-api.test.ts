import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApi } from '../../src/web/open-api.ts';
import { REFUSALS } from '../../src/web/refusal.ts';
import { ROUTES } from '../../src/web/routes.ts';
import { withChange } from '../support/console-server.ts';
import { REPOSITORY } from '../support/run-folder.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Json };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
}

const document = openApi(withChange().routes, '1.2.3') as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

test('every address of the console is in the document, with all that it takes and gives', () => {
  assert.equal(document.openapi, '3.1.0');
  for (const { path, method, name } of ROUTES) {
    const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    assert.equal(operation?.operationId, name);
    for (const part of path.matchAll(/:(\w+)/g))
      assert.ok(
        operation?.parameters.some((one) => one.in === 'path' && one.name === part[1]),
        `${path}: ${part[1]}`,
      );
  }
});

test('its schemas are JSON Schema, of which nothing is left open', () => {
  const ajv = new Ajv2020({ strict: false, formats: {} });
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { parameters, responses }] of Object.entries(operations)) {
      const content = Object.values(responses['200']?.content ?? {});
      assert.equal(content.length, 1, `${method} ${path}`);
      for (const schema of [...parameters.map((one) => one.schema), content[0]!.schema]) {
        ajv.compile(schema);
        assert.notDeepEqual(schema, {}, `${method} ${path}`);
      }
    }
});

test('what changes something asks for the token of the session in the document, too', () => {
  const change = document.paths['/api/change/{what}']?.post;
  assert.ok(change?.parameters.some((one) => one.in === 'header' && one.name === 'X-Taskflow-Token'));
  assert.ok(change?.requestBody);
});

test('every refusal is explained in the guide', () => {
  const guide = readFileSync(join(REPOSITORY, 'docs/console.md'), 'utf8');
  for (const code of Object.keys(REFUSALS)) assert.ok(guide.includes(`\`${code}\``), code);
});
