import type { Finding } from './finding.ts';
import type { Rule, Subject } from './rule.ts';
import { kindsOf } from './statement-kinds.ts';

/** A rule with the severity that settings give it. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Finding['severity'];
}

/** Finds the rules that are about a statement or a file, so that the others need not be asked. Each keeps the order of the rules. */
export class Asked {
  readonly #ofStatements: readonly ActiveRule[];
  readonly #ofFiles: readonly ActiveRule[];
  readonly rollback: readonly ActiveRule[];
  /** By what statements are: few are of a kind of their own. */
  readonly #kept = new Map<string, readonly ActiveRule[]>();

  constructor(rules: readonly ActiveRule[]) {
    this.#ofStatements = rules.filter(({ rule }) => rule.statement);
    this.#ofFiles = rules.filter(({ rule }) => rule.file ?? rule.hindsight);
    this.rollback = this.#ofStatements.filter(({ rule }) => rule.alsoInRollback);
  }

  of(traits: readonly string[]): readonly ActiveRule[] {
    const key = traits.join();
    let asked = this.#kept.get(key);
    if (!asked) {
      asked = about(this.#ofStatements, new Set(traits));
      this.#kept.set(key, asked);
    }
    return asked;
  }

  /** `traits`: of all statements of its body. */
  ofFile(traits: ReadonlySet<string>): readonly ActiveRule[] {
    return about(this.#ofFiles, traits);
  }
}

/** What it is, and the forms of its parts. */
export function traitsOf({ tree, uses }: Pick<Subject, 'tree' | 'uses'>): string[] {
  const traits: string[] = tree ? kindsOf(tree.node) : [];
  for (const { form } of uses) traits.push(form.id);
  return traits;
}

function about(rules: readonly ActiveRule[], traits: ReadonlySet<string>): ActiveRule[] {
  return rules.filter(({ rule: { on } }) => on === undefined || on.some((one) => traits.has(one)));
}
