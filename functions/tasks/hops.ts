/**
 * The longest wait that is left to the broker in one piece, in milliseconds; a longer one is carried in hops.
 * Service Bus names no limit for scheduled messages (MicrosoftDocs/azure-docs#67357). Seven days is the longest duplicate
 * detection window there is (learn.microsoft.com/azure/service-bus-messaging/duplicate-detection), and half the time to live
 * of our queues: a message that waits outlives neither.
 */
export const longestHopMs = 7 * 24 * 60 * 60 * 1000;

/**
 * When the broker is to deliver the message of a task that is due then: at that time, or before it, for the next hop.
 * @param dueAt milliseconds since 1970, as `now`
 */
export function messageTime(dueAt: number, now: number): number {
  return Math.min(dueAt, now + longestHopMs);
}
