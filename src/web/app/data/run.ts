import { computed, type ReadonlySignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { RunAnswer } from '../../answers/run.ts';
import { type Fault, targetPath } from './api.ts';
import { useResource } from './resource.ts';
import { type Heard, ofRun, told } from './told-run.ts';

/** What is known of a run, with how old it is in milliseconds at `now`. */
export interface KnownRun extends Heard {
  /** Grows on while it is at work. */
  ageAt(now: number): number;
}

export interface LoadedRun {
  readonly now: ReadonlySignal<{ readonly known: KnownRun | undefined; readonly fault: Fault | undefined }>;
  readonly refresh: () => void;
}

/** The run at work, or the last; or the one with that number. The stream brings it anew as it goes on, so nothing is asked for then. */
export function useRun(target: string, id: string): LoadedRun {
  const resource = useResource<RunAnswer>(targetPath(target, 'run', { id }), { heeds: ofRun(id) });
  const now = useMemo(
    () =>
      computed(() => {
        const { value, fault } = resource.now.value;
        const asked = value && { answer: value, heardAt: heardAtOf(value) };
        const live = told.value && (id === '' || told.value.answer.run?.runId === id) ? told.value : undefined;
        const newest = newer(asked, live);
        return { known: newest && withAge(newest), fault };
      }),
    [target, id],
  );
  return { now, refresh: resource.refresh };
}

const heard = new WeakMap<RunAnswer, number>();

function heardAtOf(answer: RunAnswer): number {
  const known = heard.get(answer) ?? performance.now();
  heard.set(answer, known);
  return known;
}

function newer(a: Heard | undefined, b: Heard | undefined): Heard | undefined {
  if (!a || !b) return a ?? b;
  return a.answer.at >= b.answer.at ? a : b;
}

function withAge(one: Heard): KnownRun {
  return { ...one, ageAt: (now) => (one.answer.run?.outcome === 'running' ? Math.max(0, now - one.heardAt) : 0) };
}
