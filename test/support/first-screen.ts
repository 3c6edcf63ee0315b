/** The first screen of the console as the network and a person meet it. */
import type { Page } from 'playwright-core';

export interface FirstScreen {
  /** All that was sent for it, headers included. */
  readonly bytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly plainBytes: number }[];
  /** From the beginning of the visit until the numbers are there and the page has nothing more to do. */
  readonly usableMs: number;
}

/** `visit` opens the overview. `isFresh`: by a browser that has never been there. */
export async function firstScreen(
  page: Page,
  visit: () => Promise<void>,
  { isFresh = true } = {},
): Promise<FirstScreen> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  if (isFresh) await session.send('Network.clearBrowserCache');
  await visit();
  await page.getByRole('list', { name: 'Migrations by state' }).waitFor();
  const usableMs = Number(
    await page.evaluate('new Promise((done) => requestIdleCallback(() => done(performance.now())))'),
  );
  await page.getByRole('region', { name: 'When, and how long' }).locator('svg, canvas').first().waitFor();
  const files = (await page.evaluate(`
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((one) => ({
      name: one.name.replace(/^.*[/]/, ''),
      bytes: one.transferSize,
      plainBytes: one.decodedBodySize,
    }))`)) as FirstScreen['files'];
  await session.detach();
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files, usableMs: Math.round(usableMs) };
}
