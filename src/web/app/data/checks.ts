import { signal } from '@preact/signals';
import { ask, type Fault, Refused, targetPath } from './api.ts';
import { messageOf } from './session.ts';

/** What takes so long that it is done only when somebody asks for it. */
export interface Check<Value> {
  readonly value?: Value | undefined;
  readonly fault?: Fault | undefined;
  readonly isRunning: boolean;
}

/** The last results, by target and check: they stay while the page is open. */
const checks = signal<Readonly<Record<string, Check<unknown>>>>({});

const keyOf = (target: string, part: string) => `${target} ${part}`;

/** `part`: the address in the API, behind the target. */
export function checkOf<Value>(target: string, part: string): Check<Value> {
  return (checks.value[keyOf(target, part)] ?? { isRunning: false }) as Check<Value>;
}

export async function runCheck(
  target: string,
  part: string,
  query: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = checkOf(target, part);
  if (before.isRunning) return;
  put(target, part, { ...before, fault: undefined, isRunning: true });
  try {
    put(target, part, { value: await ask(targetPath(target, part, query)), isRunning: false });
  } catch (error) {
    const fault = error instanceof Refused ? error.fault : { status: 0, code: 'internal', message: messageOf(error) };
    put(target, part, { value: before.value, fault, isRunning: false });
  }
}

/** What is known from elsewhere, where nothing is known here yet. */
export function startWith(target: string, part: string, value: unknown): void {
  const now = checkOf(target, part);
  if (now.value === undefined && !now.isRunning) put(target, part, { value, isRunning: false });
}

function put(target: string, part: string, check: Check<unknown>): void {
  checks.value = { ...checks.value, [keyOf(target, part)]: check };
}
