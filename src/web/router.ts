import { Refusal } from './refusal.ts';
import type { Route } from './route.ts';

/** A route with the parts of the path that stand for its parameters. */
export interface Matched {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Without `mayWrite` none that changes anything exists. */
export class Router {
  readonly routes: readonly Route[];

  constructor(routes: readonly Route[], mayWrite: boolean) {
    this.routes = routes.filter(({ changes }) => mayWrite || !changes);
  }

  /** Throws a Refusal: 404, or 405 where the path exists with other methods. */
  find(method: string, path: string): Matched {
    const parts = path.split('/');
    const found = this.routes.flatMap((route) => {
      const parameters = parametersOf(route.path.split('/'), parts);
      return parameters ? [{ route, parameters }] : [];
    });
    const match = found.find(({ route }) => route.method === method);
    if (match) return match;
    const methods = [...new Set(found.map(({ route }) => route.method))];
    if (methods.length === 0) throw new Refusal(404, 'not-found', 'There is no such address.');
    const allow = methods.join(', ');
    throw new Refusal(405, 'method-refused', `This address takes ${allow}.`, { Allow: allow });
  }
}

function parametersOf(wanted: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (wanted.length !== parts.length) return undefined;
  const found: Record<string, string> = {};
  for (const [i, want] of wanted.entries()) {
    const part = parts[i]!;
    if (!want.startsWith(':')) {
      if (want !== part) return undefined;
      continue;
    }
    const value = decoded(part);
    if (value === undefined || value === '') return undefined;
    found[want.slice(1)] = value;
  }
  return found;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined; // no text is written so
  }
}
