/** Fails with the complaints, one a line, each with its file and line; the stack of the test would only hide them. */
export function none(complaints: readonly string[]): void {
  if (complaints.length === 0) return;
  const error = new Error(`${complaints.length} found:\n${complaints.join('\n')}`);
  error.stack = error.message;
  throw error;
}
