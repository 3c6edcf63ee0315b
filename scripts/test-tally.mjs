/**
 * Counts what node --test reports (scripts/test-reporter.mjs): tests, not suites, and not the parents of failed subtests.
 * Skipped tests, tests to be done and files without a test have failed.
 */
import { relative, resolve } from 'node:path';

export class Tally {
  passed = 0;
  /** { title, text } each. */
  failures = [];
  /** The files that have ended, and their milliseconds. */
  durations = new Map();
  #root;
  #onFile;
  /** Starts, passes and failures come file after file, whatever ran at the same time. */
  #current = { path: '', passed: 0, failed: 0, names: [] };
  #output = new Map();

  /** onFile: called with { path, passed, failed, ms } after each file. */
  constructor(root, onFile) {
    this.#root = root;
    this.#onFile = onFile;
  }

  add(event) {
    const path = event.file ? relative(this.#root, event.file) : '';
    const isFile = path !== '' && resolve(this.#root, event.name ?? '') === event.file;
    if (event.type === 'test:complete' && isFile) this.durations.set(path, event.ms);
    else if (event.type === 'test:stderr') this.#keepOutput(path, event.message);
    else if (event.type === 'test:diagnostic' && /^(Error|Warning): /.test(event.message))
      this.#keepOutput(path, event.message);
    else if (event.type === 'test:start') this.#start(path, event);
    else if (event.type === 'test:pass' || event.type === 'test:fail') this.#end(path, event, isFile);
  }

  /** After the last event. */
  finish() {
    const { path, passed, failed } = this.#current;
    if (path !== '') this.#onFile({ path, passed, failed, ms: this.durations.get(path) ?? 0 });
    this.#current = { path: '', passed: 0, failed: 0, names: [] };
  }

  fail(title, text) {
    this.failures.push({ title, text });
  }

  #keepOutput(path, text) {
    this.#output.set(path, (this.#output.get(path) ?? '') + text);
  }

  #start(path, { nesting, name }) {
    if (path !== this.#current.path) {
      this.finish();
      this.#current = { path, passed: 0, failed: 0, names: [] };
    }
    this.#current.names.length = nesting;
    this.#current.names.push(name);
  }

  #end(path, event, isFile) {
    if (event.kind === 'suite' && event.type === 'test:pass' && !skipped(event)) return;
    if (event.failure === 'subtestsFailed') return;
    const problem = isFile ? this.#fileProblem(path, event) : testProblem(event);
    if (problem === undefined) {
      this.passed += 1;
      this.#current.passed += 1;
    } else {
      this.#current.failed += 1;
      const names = this.#current.names.slice(0, event.nesting + 1);
      this.fail(isFile ? path : `${path}: ${names.join(' > ')}`, problem);
    }
  }

  /** A file itself is reported only if it has no tests, or fails outside of them. */
  #fileProblem(path, event) {
    if (event.type === 'test:pass') return 'has no tests';
    const output = `${this.#output.get(path) ?? ''}${this.#output.get('') ?? ''}`.trim();
    this.#output.delete(''); // node tells no file with its diagnostics; they come just before the file that they fail
    return [`the file failed: ${event.error}`, output].join('\n').trim();
  }
}

function skipped({ skip, todo }) {
  return skip || todo;
}

function testProblem(event) {
  if (event.type === 'test:fail') return event.error || 'failed';
  if (!skipped(event)) return undefined;
  const reason = [event.skip, event.todo].find((why) => typeof why === 'string' && why !== '');
  return `${event.skip ? 'skipped' : 'marked as to do'}${reason ? `: ${reason}` : ''}; here that is a failure`;
}
