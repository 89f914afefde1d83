import * as z from 'zod';
import { somethingSeen } from './seen-text.ts';
import { Timestamp } from './task.ts';

/** A chat message is a task of this type, with its room's ordering key: kept, retried, dead-lettered and replayed as any other. */
export const chatTaskType = 'chat-message';
/** Client method of the hub; its one argument is a `ChatNews`. */
export const chatMethod = 'chat';
/** SignalR group of everybody who has the chat open, or wants to hear of it. */
export const chatGroup = 'chat';
/** The room that is always there. */
export const firstRoom = 'general';

export const chatLimits = {
  /** Characters of a message. */
  text: 4_000,
  /** Messages that a room keeps: the newest. */
  messagesPerRoom: 10_000,
  rooms: 200,
  /** Messages on one page. */
  page: 200,
  /** After so long without a sign somebody is no longer counted as here, in milliseconds. */
  presenceMs: 45_000,
  /** And after so long without another sign no longer as typing. */
  typingMs: 6_000,
  /** Of those who have read a room, so many are told of: who has read furthest. */
  readers: 200,
  /** Of those who have a room open, so many are told of: who said so last. */
  here: 200,
} as const;

/** Lower-case letters, digits and hyphens. The last hyphen is escaped for browsers, which read the pattern of a field with the flag `v`. */
export const RoomName = z.string().regex(/^[a-z0-9](?:[a-z0-9\-]{0,38}[a-z0-9])?$/, {
  error: 'Up to 40 lower-case letters, digits and hyphens, such as "night-shift".',
});

/** The payload of a chat message's task. */
export const ChatSubmission = z.strictObject({
  room: RoomName.default(firstRoom).meta({ title: 'Room' }),
  text: z
    .string()
    .refine(...somethingSeen)
    .trim()
    .min(1)
    .max(chatLimits.text)
    .meta({ title: 'Message' }),
  /** The sequence of the message that this one answers. */
  replyTo: z.int().min(1).optional().meta({ title: 'Answers message' }),
});
export type ChatSubmission = z.input<typeof ChatSubmission>;

/** The ordering key of a room's messages: those of one sender arrive in the order in which they were sent. */
export const chatOrderingKey = (room: string): string => `chat:${room}`;

export const ChatPerson = z.object({ id: z.string(), name: z.string(), isYou: z.boolean() });
export type ChatPerson = z.infer<typeof ChatPerson>;

export const ChatMessage = z.object({
  room: z.string(),
  /** From 1, without a gap: the room's order, the same for everybody. */
  sequence: z.int(),
  taskId: z.string(),
  /** Without `isYou`, as all get the same: compare `id` with `GET /api/me`. */
  author: z.object({ id: z.string(), name: z.string() }),
  text: z.string(),
  replyTo: z.int().optional(),
  /** When its sender submitted it, and when the room got it. */
  sentAt: Timestamp,
  at: Timestamp,
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** How far somebody has read a room. */
export const ChatRead = z.object({ room: z.string(), person: z.string(), name: z.string(), sequence: z.int() });
export type ChatRead = z.infer<typeof ChatRead>;

export const ChatRoom = z.object({
  name: z.string(),
  topic: z.string().optional(),
  /** Sequence of the newest message; 0 where there is none. */
  last: z.int(),
  lastAt: Timestamp.optional(),
  /** How far the caller has read it. */
  read: z.int(),
  /** Who has it open; `chatLimits.here` at most. */
  here: z.array(ChatPerson),
});
export type ChatRoom = z.infer<typeof ChatRoom>;

/** What `POST /api/chat/rooms` takes; the answer is the room. */
export const CreateRoom = z.strictObject({
  name: RoomName,
  topic: z
    .string()
    .trim()
    .max(200)
    .refine(...somethingSeen)
    .optional(),
});
export type CreateRoom = z.infer<typeof CreateRoom>;

/** Answer of `GET /api/chat/rooms`. */
export const ChatRooms = z.object({ rooms: z.array(ChatRoom) });
export type ChatRooms = z.infer<typeof ChatRooms>;

/** Answer of `GET /api/chat/rooms/{room}/messages?before|after&limit`: oldest first; without either, the newest. */
export const ChatPage = z.object({
  messages: z.array(ChatMessage),
  /** How far each has read who has read at all, furthest first; `chatLimits.readers` at most. */
  reads: z.array(ChatRead),
  /** Sequence of the oldest message that is kept; 0 where there is none. */
  first: z.int(),
  last: z.int(),
});
export type ChatPage = z.infer<typeof ChatPage>;

/** What `POST /api/chat/rooms/{room}/read` takes: everything up to here has been shown. 200, the `ChatRead`. It never goes back. */
export const MarkRead = z.strictObject({ sequence: z.int().min(1) });
export type MarkRead = z.infer<typeof MarkRead>;

/**
 * What `POST /api/chat/presence` takes: the caller wants chat news from now on, and has this room open (or none). To be repeated while that
 * is so, more often than `chatLimits.presenceMs`; `isTyping` lasts for `chatLimits.typingMs`. `left` is the room that was open before:
 * somebody with two windows open is in both rooms, so nobody leaves one by opening another. 204.
 */
export const ChatPresence = z.strictObject({
  room: RoomName.optional(),
  left: RoomName.optional(),
  isTyping: z.boolean().optional(),
});
export type ChatPresence = z.infer<typeof ChatPresence>;

/** Result of a chat message's task. */
export interface ChatResult {
  readonly room: string;
  readonly sequence: number;
}

/** What is pushed. Whoever missed some asks for the messages after the last sequence that it has. */
export const ChatNews = z.object({
  messages: z.array(ChatMessage).optional(),
  reads: z.array(ChatRead).optional(),
  rooms: z.array(z.object({ name: z.string(), topic: z.string().optional() })).optional(),
  typing: z.array(z.object({ room: z.string(), id: z.string(), name: z.string() })).optional(),
  here: z
    .array(z.object({ room: z.string(), people: z.array(z.object({ id: z.string(), name: z.string() })) }))
    .optional(),
});
export type ChatNews = z.infer<typeof ChatNews>;
