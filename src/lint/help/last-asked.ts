/**
 * Remembers the answer about what was asked for last: the rules ask about one statement, one after the other. Keeping more would
 * take longer than finding it again.
 */
export function lastAsked<Key extends object, Answer>(find: (key: Key) => Answer): (key: Key) => Answer {
  let last: { readonly key: Key; readonly answer: Answer } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, answer: find(key) };
    return last.answer;
  };
}
