/** Colours by what they mean, so that every part of the tool looks alike; without colour each returns its text. */
export interface Style {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly place: (text: string) => string;
}

/**
 * Written out because these six are all we use, and the usual small library looks at `process.stdout` while it loads,
 * which makes Node set up its streams: 5 ms at each start.
 */
export function createStyle(color: boolean): Style {
  const sgr = (begin: number, end: number) => (text: string) =>
    color ? `\u001b[${begin}m${text}\u001b[${end}m` : text;
  return {
    bad: sgr(31, 39),
    good: sgr(32, 39),
    warn: sgr(33, 39),
    strong: sgr(1, 22),
    faint: sgr(2, 22),
    place: sgr(36, 39),
  };
}
