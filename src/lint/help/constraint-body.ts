import { wordsOf } from './tokens.ts';

/** `FOREIGN KEY (a) REFERENCES b (c)` of `ADD CONSTRAINT name FOREIGN KEY (a) REFERENCES b (c)`. */
export function constraintBody(command: string): string {
  const words = wordsOf(command);
  const named = words[1]?.word === 'CONSTRAINT';
  return command.slice(words[named ? 3 : 1]?.start ?? 0);
}
