/** From where on a signal of the server holds a run back. 0: never. */
export interface SignalLimits {
  /** How far a replica's replay may be behind, in time and in WAL. */
  readonly replicaLagMs: number;
  readonly replicaLagBytes: number;
  /** application_name of replicas that are behind on purpose, or that nobody waits for. */
  readonly ignoredReplicas: readonly string[];
  /** WAL that one replication slot keeps on the disk. */
  readonly slotBytes: number;
  /** What a VACUUM of the same table means: it holds the run, slows it down, or does not matter. */
  readonly vacuum: 'hold' | 'slow' | 'ignore';
  /** Of the whole server. */
  readonly walBytesPerSecond: number;
  /** WAL files that wait to be archived. */
  readonly archiveFiles: number;
  /** Client sessions that are running a statement; undefined: half of max_connections. */
  readonly activeSessions: number | undefined;
  /** Age of the oldest snapshot that keeps VACUUM from removing rows, in time and in transactions. */
  readonly snapshotMs: number;
  readonly snapshotTransactions: number;
  /** How many times its baseline the p95 of a point read may take. */
  readonly probeFactor: number;
  /** Share of a table's rows that are dead: 0.5 is half. */
  readonly deadShare: number;
}
