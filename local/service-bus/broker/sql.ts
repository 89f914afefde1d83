/** Everything the broker says to SQLite, by name. */

export const SCHEMA = `
CREATE TABLE IF NOT EXISTS entities (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  -- While the broker runs: the end of those set aside.
  next_sequence_number INTEGER NOT NULL DEFAULT 1,
  -- The rules its settings named when they were last read.
  configured_rules TEXT
) STRICT;

-- The content stands last, so that the rest of a row is read without it.
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY,
  entity INTEGER NOT NULL REFERENCES entities (id),
  sequence_number INTEGER NOT NULL,
  enqueued_sequence_number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  session_id TEXT,
  enqueued_at INTEGER NOT NULL,
  scheduled_for INTEGER,
  time_to_live INTEGER,
  expires_at INTEGER,
  delivery_count INTEGER NOT NULL DEFAULT 0,
  dead_letter_reason TEXT,
  dead_letter_description TEXT,
  dead_letter_source TEXT,
  content BLOB NOT NULL,
  UNIQUE (entity, sequence_number)
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_expiry ON messages (entity, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_by_schedule ON messages (entity, scheduled_for) WHERE state = 2;
CREATE INDEX IF NOT EXISTS messages_by_session ON messages (entity, session_id, sequence_number) WHERE session_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS duplicates (
  entity INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  sequence_number INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (entity, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duplicates_by_expiry ON duplicates (expires_at);

CREATE TABLE IF NOT EXISTS sessions (
  entity INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  state BLOB NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (entity, session_id)
) STRICT;

CREATE TABLE IF NOT EXISTS rules (
  entity INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  rule TEXT NOT NULL,
  PRIMARY KEY (entity, name)
) STRICT;
`;

/** Stands in the file while a broker has it open, from before the first message on: a broker that starts and finds it knows of a crash. */
export const OPEN_MARK = {
  get: 'PRAGMA user_version',
  set: 'PRAGMA user_version = 1; PRAGMA wal_checkpoint(PASSIVE)',
  clear: 'PRAGMA user_version = 0',
} as const;

const MESSAGE = `id, sequence_number AS sequenceNumber, enqueued_sequence_number AS enqueuedSequenceNumber, state,
  message_id AS messageId, session_id AS sessionId, enqueued_at AS enqueuedAt, scheduled_for AS scheduledFor,
  time_to_live AS timeToLive, expires_at AS expiresAt, delivery_count AS deliveryCount,
  dead_letter_reason AS deadLetterReason, dead_letter_description AS deadLetterDescription,
  dead_letter_source AS deadLetterSource, content`;

export const ENTITY = {
  add: 'INSERT INTO entities (path) VALUES (?) ON CONFLICT (path) DO NOTHING',
  find: 'SELECT id, next_sequence_number AS nextSequenceNumber FROM entities WHERE path = ?',
  reserve: 'UPDATE entities SET next_sequence_number = ? WHERE id = ?',
} as const;

export const MESSAGES = {
  add: `INSERT INTO messages (entity, sequence_number, enqueued_sequence_number, state, message_id, session_id, time_to_live,
    enqueued_at, scheduled_for, expires_at, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  remove: 'DELETE FROM messages WHERE id = ?',
  one: `SELECT ${MESSAGE} FROM messages WHERE entity = ? AND sequence_number = ?`,
  activeAbove: `SELECT ${MESSAGE} FROM messages WHERE entity = ? AND sequence_number > ? AND state = 0
    ORDER BY sequence_number LIMIT ?`,
  activeOfSessionAbove: `SELECT ${MESSAGE} FROM messages WHERE entity = ? AND session_id = ? AND sequence_number > ? AND state = 0
    ORDER BY sequence_number LIMIT ?`,
  peekSession: `SELECT ${MESSAGE} FROM messages WHERE entity = ? AND session_id = ? AND sequence_number >= ?
    ORDER BY sequence_number LIMIT ?`,
  row: `SELECT ${MESSAGE} FROM messages WHERE id = ?`,
  peek: `SELECT ${MESSAGE} FROM messages WHERE entity = ? AND sequence_number >= ? ORDER BY sequence_number LIMIT ?`,
  countDelivery: 'UPDATE messages SET delivery_count = ? WHERE id = ?',
  setState: 'UPDATE messages SET state = ?, delivery_count = ? WHERE id = ?',
  setContent: 'UPDATE messages SET content = ? WHERE id = ?',
  content: 'SELECT content FROM messages WHERE id = ?',
  deadLetter: `UPDATE messages SET entity = ?, state = 0, delivery_count = ?, expires_at = NULL, time_to_live = NULL,
    dead_letter_reason = ?, dead_letter_description = ?, dead_letter_source = ? WHERE id = ?`,
  scheduledDue: `SELECT id, sequence_number AS sequenceNumber, session_id AS sessionId, time_to_live AS timeToLive FROM messages
    WHERE entity = ? AND state = 2 AND scheduled_for <= ? ORDER BY scheduled_for, sequence_number LIMIT ?`,
  nextScheduled: 'SELECT min(scheduled_for) AS at FROM messages WHERE entity = ? AND state = 2',
  enqueueScheduled: 'UPDATE messages SET state = 0, sequence_number = ?, enqueued_at = ?, expires_at = ? WHERE id = ?',
  expired: `SELECT id, sequence_number AS sequenceNumber, delivery_count AS deliveryCount, expires_at AS expiresAt FROM messages
    WHERE entity = ? AND (expires_at, id) > (?, ?) AND expires_at <= ? ORDER BY expires_at, id LIMIT ?`,
  nextExpiry: `SELECT expires_at AS at FROM messages WHERE entity = ? AND (expires_at, id) > (?, ?)
    ORDER BY expires_at, id LIMIT 1`,
} as const;

export const DUPLICATES = {
  add: `INSERT INTO duplicates (entity, message_id, sequence_number, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (entity, message_id) DO UPDATE SET sequence_number = excluded.sequence_number, expires_at = excluded.expires_at
    WHERE expires_at <= ?`,
  find: 'SELECT sequence_number AS sequenceNumber FROM duplicates WHERE entity = ? AND message_id = ?',
  forget: 'DELETE FROM duplicates WHERE expires_at <= ?',
} as const;

export const SESSIONS = {
  next: `SELECT session_id AS id, sequence_number AS sequenceNumber FROM messages
    WHERE entity = ? AND sequence_number >= ? AND state = 0 AND session_id IS NOT NULL
    AND session_id NOT IN (SELECT value FROM json_each(?)) ORDER BY sequence_number LIMIT 1`,
  state: 'SELECT state FROM sessions WHERE entity = ? AND session_id = ?',
  setState: `INSERT INTO sessions (entity, session_id, state, updated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (entity, session_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at`,
  clearState: 'DELETE FROM sessions WHERE entity = ? AND session_id = ?',
  withMessages: `SELECT DISTINCT session_id AS id FROM messages WHERE entity = ? AND session_id IS NOT NULL
    ORDER BY session_id LIMIT ? OFFSET ?`,
  withStateSince: `SELECT session_id AS id FROM sessions WHERE entity = ? AND updated_at > ? ORDER BY session_id LIMIT ? OFFSET ?`,
} as const;

export const RULES = {
  all: 'SELECT name, rule FROM rules WHERE entity = ? ORDER BY name',
  add: 'INSERT INTO rules (entity, name, rule) VALUES (?, ?, ?) ON CONFLICT (entity, name) DO NOTHING',
  remove: 'DELETE FROM rules WHERE entity = ? AND name = ?',
  clear: 'DELETE FROM rules WHERE entity = ?',
  configure: 'UPDATE entities SET configured_rules = ? WHERE id = ? AND configured_rules IS NOT ?',
} as const;
