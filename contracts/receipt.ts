import * as z from 'zod';

/** `delivered`: the event came in at a browser. `seen`: it was shown there, in a window that somebody could look at. */
export const receiptKinds = ['delivered', 'seen'] as const;
export type ReceiptKind = (typeof receiptKinds)[number];

export const receiptLimits = {
  /** Receipts in one request. */
  batch: 200,
  /** People whose receipts a task keeps: those who came first. */
  usersPerTask: 20,
} as const;

/** The cursor of an event: `<milliseconds>-<sequence>`. */
const Cursor = z.string().regex(/^\d{1,15}-\d{1,15}$/, { error: 'The cursor of an event, as it came.' });

/** Says of one event that this browser got it, or showed it. */
export const Receipt = z.strictObject({
  taskId: z.string().min(1).max(100),
  cursor: Cursor,
  kind: z.enum(receiptKinds),
});
export type Receipt = z.infer<typeof Receipt>;

/** What `POST /api/receipts` takes. */
export const SendReceipts = z.strictObject({ receipts: z.array(Receipt).min(1).max(receiptLimits.batch) });
export type SendReceipts = z.infer<typeof SendReceipts>;

/** Its answer. */
export const ReceiptsTaken = z.object({
  /** New ones. */
  recorded: z.int().min(0),
  /** Known already, or of a task that is not there (any more) for the caller, or that keeps no more. */
  ignored: z.int().min(0),
});
export type ReceiptsTaken = z.infer<typeof ReceiptsTaken>;

/** When a person's browser first had an event of the task, and first showed one; by the server's clock. */
export const TaskReceipt = z.object({
  user: z.string(),
  /** Whether that is the caller. */
  isYou: z.boolean(),
  deliveredAt: z.iso.datetime(),
  seenAt: z.iso.datetime().optional(),
});
export type TaskReceipt = z.infer<typeof TaskReceipt>;
