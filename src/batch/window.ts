import { formatDuration } from '../problem/quantity.ts';

/** A time of every day: minutes since midnight, from inclusive, to exclusive. `to` below `from` is over midnight. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** When a run may work: any of these times, by the clocks of one time zone. None at all: always. */
export interface Windows {
  readonly times: readonly TimeWindow[];
  /** A name of the IANA database, as `Europe/Berlin`. */
  readonly zone: string;
}

export const WINDOW_EXPECTED = 'a time of the day such as "22:00-06:00"';
export const ZONE_EXPECTED = 'a time zone such as "Europe/Berlin" or "UTC"';

const WINDOW = /^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$/;
const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/** Undefined if the text is none, or one of no length: whether `06:00-06:00` is never or always, nobody can tell. */
export function parseWindow(text: string): TimeWindow | undefined {
  const [, fromHour, fromMinute, toHour, toMinute] = WINDOW.exec(text) ?? [];
  const from = minuteOf(fromHour, fromMinute);
  const to = minuteOf(toHour, toMinute);
  if (from === undefined || to === undefined || from === DAY_MINUTES || from === to) return undefined;
  return { from, to };
}

function minuteOf(hour: string | undefined, minute: string | undefined): number | undefined {
  const all = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && all <= DAY_MINUTES ? all : undefined;
}

/** Whether the runtime knows that time zone. */
export function isTimeZone(zone: string): boolean {
  try {
    clockIn(zone);
    return true;
  } catch {
    return false;
  }
}

/** `22:00-06:00, 12:00-13:00 Europe/Berlin` */
export function windowsText({ times, zone }: Windows): string {
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${times.map(({ from, to }) => `${clock(from)}-${clock(to)}`).join(', ')} ${zone}`;
}

/** Whether a run may work at that moment. */
export function isOpen({ times, zone }: Windows, at: Date): boolean {
  return times.length === 0 || isWithin(times, minuteIn(clockIn(zone), at));
}

function isWithin(times: readonly TimeWindow[], minute: number): boolean {
  return times.some(({ from, to }) => (from < to ? minute >= from && minute < to : minute >= from || minute < to));
}

/** Two days and the hour by which one may be longer: a window within the hour that clocks skip opens a day later. */
const MINUTES_AHEAD = 2 * DAY_MINUTES + 60;

/**
 * The first moment, to the minute, from which a run may work; `at` itself if it may then. Looked for minute by minute on the
 * clock of that zone: where clocks are put forward or back, there is no sum that is right, and a day has 1,440 minutes only.
 */
export function opensAt(windows: Windows, at: Date): Date {
  if (isOpen(windows, at)) return at;
  const clock = clockIn(windows.zone);
  const next = Math.floor(at.getTime() / MINUTE_MS) + 1;
  for (let minute = next; minute < next + MINUTES_AHEAD; minute++) {
    const moment = new Date(minute * MINUTE_MS);
    if (isWithin(windows.times, minuteIn(clock, moment))) return moment;
  }
  return new Date((next + MINUTES_AHEAD) * MINUTE_MS);
}

/** Why a run is held at that moment, in words; undefined if it is not. */
export function closedText(windows: Windows, at: Date): string | undefined {
  if (isOpen(windows, at)) return undefined;
  const wait = opensAt(windows, at).getTime() - at.getTime();
  return `outside of its times (${windowsText(windows)}); goes on in ${formatDuration(wait)}`;
}

/** The clock of a zone: hours and minutes, `23:05`. Throws RangeError for a zone that is none. */
function clockIn(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

function minuteIn(clock: Intl.DateTimeFormat, at: Date): number {
  const [hour, minute] = clock.format(at).split(':');
  return Number(hour) * 60 + Number(minute);
}
