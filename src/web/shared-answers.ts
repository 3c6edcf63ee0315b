/** An answer, and how far the stream of the target was when it was begun: it shows all that had been announced by then. */
export interface Answered<Value> {
  readonly value: Value;
  readonly position: number;
}

interface UnderWay {
  readonly position: number;
  readonly answer: Promise<Answered<unknown>>;
}

interface Kept {
  readonly answered: Answered<unknown>;
  readonly timer: NodeJS.Timeout;
}

/** What was announced is asked for by every page within this time. */
const KEPT_MS = 2000;
const KEPT_MAX = 32;

/**
 * One answer for all who ask the same of a target. Who asks because of something that was announced says what (`since`, a position of
 * the stream), and gets an answer that was begun behind that, also one that is a moment old: so a change costs one reading, however
 * many pages show it. Who does not say so gets an answer that was begun after the question: those who ask while another's is
 * under way share the next one.
 */
export class SharedAnswers {
  readonly #position: () => number;
  readonly #running = new Map<string, UnderWay>();
  readonly #next = new Map<string, Promise<Answered<unknown>>>();
  readonly #kept = new Map<string, Kept>();
  #spentMs = 0;

  /** `position`: how far the stream is now. */
  constructor(position: () => number) {
    this.#position = position;
  }

  /** For how long answers were worked at, in all. */
  get spentMs(): number {
    return this.#spentMs;
  }

  ask<Value>(question: string, since: number | undefined, work: () => Promise<Value>): Promise<Answered<Value>> {
    return this.#ask(question, since, work) as Promise<Answered<Value>>;
  }

  /** What is kept may be asked for no more: nobody knows whether it still holds. */
  forget(): void {
    for (const question of this.#kept.keys()) this.#drop(question);
  }

  #ask(question: string, since: number | undefined, work: () => Promise<unknown>): Promise<Answered<unknown>> {
    const wanted = since ?? Number.POSITIVE_INFINITY;
    const kept = this.#kept.get(question);
    if (kept && kept.answered.position >= wanted) return Promise.resolve(kept.answered);
    const running = this.#running.get(question);
    if (!running) return this.#run(question, work);
    if (running.position >= wanted) return running.answer;
    const next = this.#next.get(question) ?? this.#behind(question, running, work);
    this.#next.set(question, next);
    return next;
  }

  #behind(question: string, { answer }: UnderWay, work: () => Promise<unknown>): Promise<Answered<unknown>> {
    const begin = () => {
      this.#next.delete(question);
      return this.#run(question, work);
    };
    return answer.then(begin, begin);
  }

  #run(question: string, work: () => Promise<unknown>): Promise<Answered<unknown>> {
    const position = this.#position();
    const begunAt = performance.now();
    const answer = work()
      .then((value) => ({ value, position }))
      .finally(() => {
        this.#spentMs += performance.now() - begunAt;
        if (this.#running.get(question)?.answer === answer) this.#running.delete(question);
      });
    this.#running.set(question, { position, answer });
    answer.then(
      (answered) => this.#keep(question, answered),
      () => {}, // told to who has asked
    );
    return answer;
  }

  #keep(question: string, answered: Answered<unknown>): void {
    this.#drop(question);
    const timer = setTimeout(() => this.#drop(question), KEPT_MS);
    timer.unref();
    this.#kept.set(question, { answered, timer });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#drop(oldest);
  }

  #drop(question: string): void {
    clearTimeout(this.#kept.get(question)?.timer);
    this.#kept.delete(question);
  }
}
