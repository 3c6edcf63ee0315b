/**
 * One answer for all who ask the same at the same time. Who asks while another's question is under way does not get that answer,
 * which may be older than what made them ask, but shares the next one: so a hundred tabs are two questions, never a hundred.
 */
export class SingleFlight {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #next = new Map<string, Promise<unknown>>();

  ask<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const running = this.#running.get(key);
    if (!running) return this.#run(key, work);
    const next = this.#next.get(key);
    if (next) return next as Promise<Value>;
    const behind = running.then(
      () => this.#begin(key, work),
      () => this.#begin(key, work),
    );
    this.#next.set(key, behind);
    return behind;
  }

  #begin<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    this.#next.delete(key);
    return this.#run(key, work);
  }

  #run<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const running = work().finally(() => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }
}
