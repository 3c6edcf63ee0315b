/** Chromium, as Debian packages it; scripts/test.sh installs it. One process for a test file, a context of its own for each test. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Without what a browser says to its maker: nothing but the console is asked. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

let browser: Promise<Browser> | undefined;

function launch(): Promise<Browser> {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error('Chromium is missing (Debian: chromium); scripts/test.sh installs it where it may');
  browser ??= chromium.launch({ executablePath, args: FLAGS });
  return browser;
}

/** Ends the browser of this process. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export type { Page } from 'playwright-core';

/**
 * Runs a body with a new page. It fails where the page says that anything went wrong: an error that nobody caught, a message of
 * the console, something that the Content-Security-Policy refused.
 */
export async function withPage<T>(options: BrowserContextOptions, body: (page: Page) => Promise<T>): Promise<T> {
  const context = await (await launch()).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const faults: string[] = [];
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // That a request was refused is what the page itself has to show.
      if (message.text().startsWith('Failed to load resource')) return;
      if (message.type() === 'error' || message.type() === 'warning')
        faults.push(`${message.type()}: ${message.text()}`);
    });
    page.setDefaultTimeout(15_000);
    const result = await body(page);
    if (faults.length > 0) throw new Error(`the page says:\n${faults.join('\n')}`);
    return result;
  } catch (error) {
    if (faults.length > 0 && error instanceof Error) error.message += `\nthe page says:\n${faults.join('\n')}`;
    throw error;
  } finally {
    await context.close();
  }
}
