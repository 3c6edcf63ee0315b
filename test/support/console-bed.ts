/** A database in the states that an engineer on call meets, and a page that is signed in to a console over it. */
import AxeBuilder from 'axe-core';
import type { BrowserContextOptions } from 'playwright-core';
import { type Page, withPage } from './browser.ts';
import { type DatabaseWorkplace, type Files, withCli } from './cli.ts';
import { type StartedConsole, withConsole } from './console.ts';
import { engines } from './servers.ts';

export interface Visit {
  readonly at: DatabaseWorkplace;
  readonly console: StartedConsole;
  readonly page: Page;
  /** Opens a screen of the database: `plan`, `migrations/001_a?x=y`. */
  open(screen: string): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  readonly files: Files;
  /** What is done before the console starts. */
  readonly before?: (at: DatabaseWorkplace) => Promise<void>;
  readonly args?: (at: DatabaseWorkplace) => readonly string[];
}

/** Runs a test body as somebody who has opened the printed link. */
export async function withVisit(options: VisitOptions, body: (visit: Visit) => Promise<void>): Promise<void> {
  const { files, before, args, ...look } = options;
  await withCli(engines.at(-1)!, files, async (at) => {
    await before?.(at);
    await withConsole(at, args?.(at) ?? ['--scratch', at.database.url], (console) =>
      withPage(look, async (page) => {
        await page.goto(console.links[0]!.url);
        await page.getByRole('heading', { level: 1 }).waitFor();
        const own = new URL(page.url()).pathname;
        const open = async (screen: string) => {
          await page.goto(`${console.url}${own}/${screen}`);
          await page.getByRole('heading', { level: 1 }).first().waitFor();
        };
        await body({ at, console, page, open });
      }),
    );
  });
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe-core finds on the page that keeps people from using it: one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // By the debugger, as no page that forbids scripts of others would run it.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AxeBuilder.source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run(document, { resultTypes: ["violations"] }).then((found) => JSON.stringify(found.violations))',
    awaitPromise: true,
    returnByValue: true,
  });
  const violations = JSON.parse(String(result.value)) as Violation[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
