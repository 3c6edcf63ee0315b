/** A migration that stops at a place in its middle until the test lets it go on: whatever is to happen meanwhile has happened then. */
import type { TestDatabase } from '../support/servers.ts';
import { until } from './group-bed.ts';

/** SQL, one statement. Who waits at it is active and waits for nobody's lock. Fails where nobody opens it for two minutes. */
export const GATE = `DO $gate$ BEGIN
  FOR i IN 1..6000 LOOP
    IF EXISTS (SELECT FROM pg_catalog.pg_class WHERE relname = 'gate_is_open') THEN RETURN; END IF;
    PERFORM pg_catalog.pg_sleep(0.02);
  END LOOP;
  RAISE 'nobody has opened the gate';
END $gate$`;

/** Waits until a session has come to it. */
export async function atGate(database: TestDatabase): Promise<void> {
  const there = `SELECT FROM pg_stat_activity WHERE query LIKE '%gate_is_open%' AND state = 'active' AND pid <> pg_backend_pid()
    AND query NOT LIKE '%pg_stat_activity%' AND datname = current_database()`;
  await until('somebody is at the gate', async () => (await database.sql(there)).length > 0);
}

/** Until it is closed: who comes later goes through. */
export async function openGate(database: TestDatabase): Promise<void> {
  await database.sql('CREATE TABLE public.gate_is_open ()');
}

export async function closeGate(database: TestDatabase): Promise<void> {
  await database.sql('DROP TABLE IF EXISTS public.gate_is_open');
}
