import { signal } from '@preact/signals';
import type { SessionAnswer } from '../../answers/session.ts';
import { ask, Refused } from './api.ts';

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'out'; readonly why: string }
  | { readonly kind: 'in'; readonly session: SessionAnswer };

export const session = signal<SessionState>({ kind: 'asking' });

const ENTER = 'Open the link that taskflow-db serve has printed. Each link works once.';

/** Signs in with the link's token, if there is one, and takes it out of the address. */
export async function begin(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', location.pathname + location.search);
  try {
    if (token !== null) await ask('/api/session', { method: 'POST', body: { token } });
    session.value = { kind: 'in', session: await ask<SessionAnswer>('/api/session') };
  } catch (error) {
    const isFirst = error instanceof Refused && error.fault.code === 'not-signed-in';
    session.value = { kind: 'out', why: isFirst ? ENTER : `${messageOf(error)} ${ENTER}` };
  }
}

export async function signOut(): Promise<void> {
  const now = session.value;
  if (now.kind !== 'in') return;
  await ask('/api/session', { method: 'DELETE', csrf: now.session.csrf }).catch(() => {});
  session.value = { kind: 'out', why: `You have signed out. ${ENTER}` };
}

/** Whether the server still knows the session; if not, the page says so. */
export async function checkSession(): Promise<void> {
  await ask('/api/session', { isBackground: true }).catch((error: unknown) => {
    if (error instanceof Refused && error.fault.status === 401) expired();
  });
}

/** The server knows the session no more. */
export function expired(): void {
  if (session.value.kind === 'in')
    session.value = { kind: 'out', why: `The session has ended: nobody had used it for a while. ${ENTER}` };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
