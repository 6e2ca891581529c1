/** Which keys the credentials in the database are encrypted with, and encrypting them with another. */

import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { ConfigError } from '../options.ts';
import { isSealed, type Keyring, keyIdOf, PREFIX_LENGTH } from './keyring.ts';
import type { Schema } from './schema.ts';

/** What is encrypted: the table, the column, and what the values are bound to (see `boundTo`). */
const SEALED_COLUMNS = [
  { table: 'user_account', column: 'legacy_module_data' },
  { table: 'registration', column: 'path' },
] as const;

type SealedTable = (typeof SEALED_COLUMNS)[number]['table'];

const BATCH = 100;

/** A value can be read only for the user and the purpose that it was written for. */
export function boundTo(table: SealedTable, jid: string): string {
  return `${table}\0${jid}`;
}

/** @throws ConfigError when there are credentials that these keys cannot read. */
export async function checkKeys(db: Kysely<Schema>, keyring: Keyring): Promise<void> {
  for (const { table, column } of SEALED_COLUMNS) {
    const { rows } = await sql<{ prefix: string }>`
      select distinct substr(${sql.ref(column)}, 1, ${sql.lit(PREFIX_LENGTH)}) as prefix from ${sql.table(table)}
      where ${sql.ref(column)} like 'sealed:%'`.execute(db);
    const missing = rows.map(({ prefix }) => keyIdOf(prefix) ?? '?').filter((id) => !keyring.has(id));
    if (missing.length === 0) continue;
    throw ConfigError.of(
      'encryption-key',
      `credentials in the database are encrypted with the key ${missing.join(', ')}, which is not among the keys given`,
    );
  }
}

export interface RotationProgress {
  /** Encrypted with the first key by now. */
  readonly done: number;
  /** Cannot be read; the JID and why. */
  readonly failed: readonly (readonly [jid: string, reason: string])[];
}

/**
 * Encrypts everything with the first key. It may run beside a gateway, and be stopped at any time: what is done is done,
 * and run again it goes on with the rest.
 */
export async function rotateKeys(
  db: Kysely<Schema>,
  keyring: Keyring,
  onBatch: (progress: RotationProgress) => void = () => {},
): Promise<RotationProgress> {
  let done = 0;
  const failed: (readonly [string, string])[] = [];
  for (const { table, column } of SEALED_COLUMNS) {
    for (let after = ''; ; ) {
      const { rows } = await sql<{ jid: string; value: string }>`
        select jid, ${sql.ref(column)} as value from ${sql.table(table)}
        where jid > ${after} and ${sql.ref(column)} not like ${`${keyring.prefix}%`}
        order by jid limit ${sql.lit(BATCH)}`.execute(db);
      if (rows.length === 0) break;
      after = (rows.at(-1) as { jid: string }).jid;
      await db.transaction().execute(async (transaction) => {
        for (const { jid, value } of rows) {
          try {
            const sealed = keyring.seal(keyring.open(value, boundTo(table, jid)), boundTo(table, jid));
            // What a gateway has written meanwhile is newer.
            await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sealed}
              where jid = ${jid} and ${sql.ref(column)} = ${value}`.execute(transaction);
            done++;
          } catch (error) {
            if (!isSealed(value)) throw error;
            failed.push([jid, (error as Error).message]);
          }
        }
      });
      onBatch({ done, failed });
    }
  }
  return { done, failed };
}
