import { backend } from './backend.ts';
import { full } from './full.ts';
import { half } from './half.ts';
import type { Kind } from './kind.ts';
import { message } from './message.ts';
import { processKind } from './process.ts';
import { readonly } from './readonly.ts';
import { refusal } from './refusal.ts';
import { runners } from './runners.ts';
import { takeover } from './takeover.ts';

/** Every kind of fault, in the order in which a sweep tries them. */
export const KINDS: readonly Kind[] = [message, half, backend, processKind, refusal, full, readonly, runners, takeover];
