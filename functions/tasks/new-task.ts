import type { Delivery } from '../../contracts/task-states.ts';
import type { StoredPayload, Uploaded } from '../payloads/payload-store.ts';
import type { TaskDetails } from './task-record.ts';

export interface NewTask {
  readonly id: string;
  readonly owner: string;
  readonly type: string;
  readonly delivery: Delivery;
  readonly details: TaskDetails;
  /** JSON; empty where the payload was uploaded. */
  readonly payload: string;
  readonly payloadBytes: number;
  readonly uploaded?: Uploaded;
  readonly maxAttempts: number;
  /** Milliseconds since 1970, as all times here. */
  readonly scheduledFor?: number;
  readonly expiresAt?: number;
  /** The queue its messages go through. */
  readonly lane: string;
  readonly orderingKey?: string;
  /** As a dead letter it keeps its successors with the same ordering key waiting. */
  readonly holds?: boolean;
  readonly concurrencyKey?: string;
  readonly callbackUrl?: string;
  readonly idempotency?: { readonly key: string; readonly fingerprint: string; readonly keptMs: number };
}

/** A task whose payload is in the form that Redis keeps, and lies where else it should. */
export type StorableTask = Omit<NewTask, 'payload' | 'payloadBytes' | 'uploaded'> & StoredPayload;
