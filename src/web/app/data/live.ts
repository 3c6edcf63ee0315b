import { batch, signal } from '@preact/signals';
import { checkSession } from './session.ts';

/** How the page stands to what happens: `live`, or why it is not. */
export const connection = signal<'connecting' | 'live' | 'away' | 'lost'>('connecting');
export const awayBecause = signal('');
/** Grows when something has happened and everything shown may be old. */
export const changes = signal(0);
/** Grows with the changes behind which no run is at work. */
export const rests = signal(0);
/** Grows when the stream has begun anew, so that what it tells without keeping it may have been missed. */
export const returns = signal(0);
/** Grows when a data migration has moved, which changes nothing else: a batch is no event. */
export const dataMoves = signal(0);

const KINDS = ['hello', 'changed', 'data', 'away', 'reload', 'action', 'run'] as const;

interface Heard {
  readonly kind: (typeof KINDS)[number] | 'lost';
  readonly id: string;
  readonly data: unknown;
}

/** Told of what the stream brings besides, by kind. */
const listeners = new Map<string, (data: never) => void>();

/** `hear` is called with the data of each event of that kind from now on. */
export function onEvent<Data>(kind: (typeof KINDS)[number], hear: (data: Data) => void): void {
  listeners.set(kind, hear);
}

let lastId = '';
/** Of the last event that makes something shown old. */
let news = '';

/** The number of the last event because of which something was to be asked for; '' where there was none. */
export function newest(): string {
  return news;
}

/** Whether an answer shows all that was to be asked for; `event`: the number that came with it. */
export function isAsNew(event: string | undefined): boolean {
  const [epoch, position] = partsOf(event ?? '');
  const [newsEpoch, newsPosition] = partsOf(news);
  return epoch !== '' && epoch === newsEpoch && position >= newsPosition;
}

function partsOf(id: string): [epoch: string, position: number] {
  const [epoch = '', position = ''] = id.split('-');
  return [epoch, Number(position)];
}

/**
 * Follows a target until the function that it returns is called. A browser has six connections for one address: all tabs of a
 * target share the stream of one of them, and another takes over when that is closed.
 */
export function follow(target: string): () => void {
  const end = new AbortController();
  const channel = new BroadcastChannel(`taskflow ${target}`);
  connection.value = 'connecting';
  lastId = '';
  news = '';
  channel.onmessage = ({ data }: MessageEvent<Heard>) => hear(data);
  const lead = () =>
    listen(target, end.signal, (heard) => {
      hear(heard);
      channel.postMessage(heard);
    });
  if ('locks' in navigator) navigator.locks.request(`taskflow ${target}`, { signal: end.signal }, lead).catch(() => {});
  else void lead();
  // Who waits for the stream of another tab is as live as that.
  const waiting = setTimeout(() => {
    if (connection.value === 'connecting') connection.value = 'live';
  }, 2000);
  return () => {
    clearTimeout(waiting);
    end.abort();
    channel.close();
  };
}

function listen(target: string, until: AbortSignal, tell: (heard: Heard) => void): Promise<void> {
  const since = lastId === '' ? '' : `?since=${encodeURIComponent(lastId)}`;
  const source = new EventSource(`/api/targets/${encodeURIComponent(target)}/stream${since}`);
  for (const kind of KINDS)
    source.addEventListener(kind, ({ data, lastEventId }: MessageEvent<string>) =>
      tell({ kind, id: lastEventId, data: JSON.parse(data) }),
    );
  source.addEventListener('error', () => {
    tell({ kind: 'lost', id: lastId, data: {} });
    // The browser tries again by itself, unless it was refused: then the session may be over.
    if (source.readyState === EventSource.CLOSED) void checkSession();
  });
  return new Promise((done) => {
    until.addEventListener('abort', () => {
      source.close();
      done();
    });
  });
}

function hear({ kind, id, data }: Heard): void {
  lastId = id;
  if (kind === 'lost') connection.value = 'lost';
  else if (kind === 'away') connection.value = 'away';
  else connection.value = 'live';
  awayBecause.value = kind === 'away' ? ((data as { message?: string }).message ?? '') : '';
  if (NEWS.has(kind)) hearNews(kind, id, data);
  listeners.get(kind)?.(data as never);
}

/** Behind `hello` there may be things that happened before it. */
const NEWS: ReadonlySet<Heard['kind']> = new Set(['hello', 'changed', 'data', 'reload']);

function hearNews(kind: Heard['kind'], id: string, data: unknown): void {
  news = id;
  batch(() => {
    if (kind === 'data') dataMoves.value++;
    else changes.value++;
    if (kind === 'hello' || kind === 'reload') returns.value++;
    if (kind !== 'data' && (data as { runId?: string | null }).runId == null) rests.value++;
  });
}
