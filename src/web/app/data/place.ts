import { computed, signal } from '@preact/signals';

const href = signal(location.pathname + location.search + location.hash);

/** Where the page is: all that it shows follows from its address, so that every view can be sent to somebody. */
export const place = computed(() => {
  const url = new URL(href.value, location.origin);
  const [, kind, target = '', screen = '', ...rest] = url.pathname.split('/').map(decoded);
  return kind === 't' && target !== ''
    ? { target, screen, item: rest.join('/'), query: url.searchParams }
    : { target: '', screen: '', item: '', query: url.searchParams };
});

/** What somebody has typed may be no encoding of anything; then it is looked for as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

addEventListener('popstate', () => {
  href.value = location.pathname + location.search + location.hash;
});

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  href.value = to;
  if (how === 'push' && !to.includes('#')) scrollTo(0, 0);
}

/** The address of a screen. */
export function pathOf(target: string, screen = '', item = '', query: Readonly<Record<string, string>> = {}): string {
  const parts = ['t', target, screen, item].filter((part) => part !== '').map(encodeURIComponent);
  const said = Object.entries(query).filter(([, value]) => value !== '');
  return `/${parts.join('/')}${said.length > 0 ? `?${new URLSearchParams(said)}` : ''}`;
}

/** The same address with other parts of its query; it replaces what is there, so that going back leaves the screen. */
export function setQuery(change: Readonly<Record<string, string>>): void {
  const url = new URL(href.value, location.origin);
  for (const [name, value] of Object.entries(change)) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  go(url.pathname + url.search, 'replace');
}
