import type { Ledger } from '../ledger.js';

/** A file that fal has. */
export interface KnownUpload {
  url: string;
  /** Time until which fal is assumed to keep it, in milliseconds since the epoch. */
  expiresAt: number;
}

/**
 * @param storage differs between proxies and accounts
 * @returns undefined also for an upload from the future: the clock was wrong then, and its age is unknown
 */
export function findUpload(
  { db, context }: Ledger,
  sha256: string,
  storage: string,
): KnownUpload | undefined {
  const row = db.row(
    'SELECT url, expires_at FROM uploads WHERE sha256 = ? AND way = ? AND uploaded_at <= ?',
    ...[sha256, storage, context.now()],
  ) as { url: string; expires_at: number } | undefined;
  return row === undefined ? undefined : { url: row.url, expiresAt: row.expires_at };
}

export function putUpload(
  { db, context }: Ledger,
  sha256: string,
  storage: string,
  { url, expiresAt }: KnownUpload,
): void {
  // A redacted URL could not be reused.
  if (db.secrets.redact(url) !== url) return;
  db.run(
    `INSERT INTO uploads VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       url = excluded.url, uploaded_at = excluded.uploaded_at, expires_at = excluded.expires_at`,
    ...[sha256, storage, url, context.now(), expiresAt],
  );
}

/** Forgets an upload that fal no longer has. */
export function forgetUpload({ db }: Ledger, sha256: string, storage: string): void {
  db.run('DELETE FROM uploads WHERE sha256 = ? AND way = ?', sha256, storage);
}
