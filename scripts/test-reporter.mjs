// For node --test: what scripts/run-tests.mjs needs to know, one JSON object a line.
import { inspect } from 'node:util';

/** A test's own error, as it reads best: what was thrown, with its stack and the values that an assertion compared. */
function errorText(error) {
  const thrown = error?.cause ?? error;
  return thrown === undefined ? '' : typeof thrown === 'string' ? thrown : inspect(thrown, { colors: false });
}

function described(type, data) {
  const { name, nesting, file, skip, todo, message, details } = data;
  const of = { type, name, nesting, file, skip, todo, message };
  if (!details) return of;
  const { duration_ms: ms, type: kind, error } = details;
  return { ...of, ms, kind, failure: error?.failureType, error: type === 'test:fail' ? errorText(error) : undefined };
}

const WANTED = new Set(['test:start', 'test:pass', 'test:fail', 'test:complete', 'test:stderr', 'test:diagnostic']);

export default async function* report(events) {
  for await (const { type, data } of events) if (WANTED.has(type)) yield `${JSON.stringify(described(type, data))}\n`;
}
