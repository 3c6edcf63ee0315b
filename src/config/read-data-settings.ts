import type { SignalLimits } from '../batch/limits.ts';
import { parseWindow, type TimeWindow } from '../batch/window.ts';
import { parseDuration } from '../problem/duration.ts';
import { parseBytes } from '../problem/quantity.ts';
import type { DataSettings } from './data-settings.ts';
import { type ConfigFile, DEFAULTS } from './schema.ts';

const PRODUCTION_DUTY = 0.5;

/** Of all that was merged: what is not said is as DEFAULTS has it. */
export function dataSettings({ data = {}, production }: ConfigFile): DataSettings {
  const said = { ...DEFAULTS.data, ...data };
  return {
    targetMs: ms(said.target),
    dutyFactor: data.pause ?? (production ? PRODUCTION_DUTY : 0),
    window: windowsOf(said.window ?? []),
    timeZone: data.timeZone,
    limits: limitsOf(said),
  };
}

function windowsOf(texts: readonly string[]): TimeWindow[] {
  return texts.flatMap((text) => parseWindow(text) ?? []);
}

function limitsOf(said: NonNullable<ConfigFile['data']>): SignalLimits {
  return {
    replicaLagMs: ms(said.replicaLag),
    replicaLagBytes: bytes(said.replicaLagSize),
    ignoredReplicas: said.ignoredReplicas ?? [],
    slotBytes: bytes(said.slotSize),
    vacuum: said.vacuum ?? DEFAULTS.data.vacuum,
    walBytesPerSecond: bytes(said.walRate),
    archiveFiles: said.archiveBacklog ?? 0,
    activeSessions: said.activeSessions,
    snapshotMs: ms(said.snapshotAge),
    snapshotTransactions: said.snapshotTransactions ?? 0,
    probeFactor: said.probe ?? 0,
    deadShare: said.deadRows ?? 0,
  };
}

function ms(value: string | number = 0): number {
  return parseDuration(value) ?? 0;
}

function bytes(value: string | number = 0): number {
  return parseBytes(value) ?? 0;
}
