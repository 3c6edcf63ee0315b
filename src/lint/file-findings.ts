import type { Known } from '../known/known.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { NotUnderstood } from '../syntax/tree.ts';
import type { ActiveRule } from './asked.ts';
import type { Complaint, Finding } from './finding.ts';
import { FindingPlacer } from './place.ts';
import type { NotUnderstoodStatement } from './report.ts';
import type { FileComplaint, FileSubject, PastFile, Subject } from './rule.ts';
import { weigh } from './weigh.ts';

/** The findings of one file. */
export class FileFindings {
  readonly migration: Migration;
  statements = 0;
  readonly notUnderstood: NotUnderstoodStatement[] = [];
  readonly #placer: FindingPlacer;
  /** Rules that are asked when all files have been read, and between which findings theirs belong. */
  readonly #postponed: { readonly active: ActiveRule; readonly place: number }[] = [];
  readonly #found: { readonly finding: Finding; readonly unlessLater: Complaint['unlessLater'] }[] = [];

  constructor(migration: Migration) {
    this.migration = migration;
    this.#placer = new FindingPlacer(migration);
  }

  /** Of a ROLLBACK section a rule says what is not understood. */
  count({ section, statement, notUnderstood }: Subject): void {
    this.statements += 1;
    if (section === 'body' && notUnderstood) this.notUnderstood.push(this.#placeOf(statement, notUnderstood));
  }

  #placeOf(statement: Statement, { message, offset }: NotUnderstood): NotUnderstoodStatement {
    const { line, column } = this.#placer.placeOf(statement, offset);
    return { file: this.migration.file, line, column, reason: message };
  }

  addAll(active: ActiveRule, complaints: Iterable<Complaint> | undefined, subject: Subject): void {
    for (const complaint of complaints ?? []) this.#add(active, complaint, subject);
  }

  addFile(active: ActiveRule, file: FileSubject): void {
    if (active.rule.hindsight) this.#postponed.push({ active, place: this.#found.length });
    this.#addOfFile(active, active.rule.file?.(file));
  }

  #addOfFile(active: ActiveRule, complaints: Iterable<FileComplaint> | undefined): void {
    for (const complaint of complaints ?? []) {
      const { subject } = complaint;
      if (subject) this.#add(active, complaint, subject);
      else this.#push(this.#placer.atTop(active.rule.id, complaint.severity ?? active.severity, complaint), complaint);
    }
  }

  #add({ rule, severity }: ActiveRule, complaint: Complaint, subject: Subject): void {
    const weighed = weigh(rule, severity, complaint, subject);
    if (weighed) this.#push(this.#placer.at(rule.id, weighed, complaint, subject), complaint);
  }

  #push(finding: Finding, { unlessLater }: Complaint): void {
    this.#found.push({ finding, unlessLater });
  }

  /** Those that hold, given what is known behind the last file of the set. */
  settled(known: Known, file: PastFile): Finding[] {
    for (const { active, place } of this.#postponed.reverse()) {
      const behind = this.#found.splice(place);
      this.#addOfFile(active, active.rule.hindsight?.(file));
      this.#found.push(...behind);
    }
    return this.#found
      .filter(({ unlessLater }) => !unlessLater?.(known))
      .map(({ finding }) => finding)
      .sort((one, other) => one.line - other.line || one.column - other.column);
  }
}
