/** The words of a command, or the character for which a shell would be needed (undefined: there is no word in it). */
export type CommandWords = { readonly words: readonly string[] } | { readonly odd: string | undefined };

/** What to do about `odd`. */
export const NO_SHELL = 'Write a list: ["program", "argument"], or ["sh", "-c", "..."] if a shell is wanted.';

/**
 * The program and its arguments. A list is taken as it is; a text is split at spaces, with single and double quotes, and
 * never reaches a shell, so characters that only a shell understands are a mistake.
 */
export function commandWords(command: string | readonly string[]): CommandWords {
  if (typeof command !== 'string') return { words: command };
  const words = command.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  const unquoted = command.replace(/"[^"]*"|'[^']*'/g, '');
  const odd = /["'|&;<>$`(){}*?~\\\n]/.exec(unquoted)?.[0] ?? /"[^"]*[$`\\][^"]*"/.exec(command)?.[0];
  if (words.length === 0 || odd !== undefined) return { odd };
  return { words: words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')) };
}
