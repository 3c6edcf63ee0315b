import picocolors from 'picocolors';

/** Colours by what they mean, so that every part of the tool looks alike; without colour each returns its text. */
export interface Style {
  readonly bad: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly place: (text: string) => string;
}

export function createStyle(color: boolean): Style {
  const { red, green, yellow, bold, dim, cyan } = picocolors.createColors(color);
  return { bad: red, good: green, warn: yellow, strong: bold, faint: dim, place: cyan };
}
