import type { Redis } from 'ioredis';
import { chatLimits, type ChatMessage } from '../../contracts/chat.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { roomKey } from './chat-keys.ts';
import append from './lua/append.lua';
import markRead from './lua/mark-read.lua';
import notePresence from './lua/note-presence.lua';
import readPage from './lua/read-page.lua';
import summarize from './lua/summarize.lua';

const run = registerScripts('chat-room', { append, readPage, markRead, notePresence, summarize });

/** A message before it has its place in a room. */
export type NewMessage = Omit<ChatMessage, 'room' | 'sequence' | 'at'>;

export interface Appended {
  readonly sequence: number;
  /** As the room has it; undefined where it came so long ago that it is kept no longer. */
  readonly message: ChatMessage | undefined;
}

/** Gives a message the next place in its room. Its task gets one place only, however often it asks: for as long as no more than twice the messages kept came since. */
export async function appendMessage(
  redis: Redis,
  room: string,
  message: NewMessage,
  kept: number = chatLimits.messagesPerRoom,
): Promise<Appended> {
  const args = [message.taskId, JSON.stringify(message), kept, message.author.id];
  const [sequence, entry] = (await run(redis, 'append', roomKey(room), args)) as [number, string];
  return { sequence, message: entry === '' ? undefined : toMessage(room, sequence, entry) };
}

function toMessage(room: string, sequence: number, entry: string): ChatMessage {
  const space = entry.indexOf(' ');
  const { author, text, taskId, sentAt, replyTo } = JSON.parse(entry.slice(space + 1)) as NewMessage;
  const at = iso(Number(entry.slice(0, space)));
  return { room, sequence, taskId, author, text, ...(replyTo !== undefined && { replyTo }), sentAt, at };
}

export interface PageQuery {
  /** Sequences, neither of which is on the page; without either, the newest. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

export interface StoredPage {
  readonly messages: ChatMessage[];
  readonly reads: { readonly person: string; readonly sequence: number }[];
  readonly first: number;
  readonly last: number;
}

export async function readMessages(
  redis: Redis,
  room: string,
  { before, after, limit }: PageQuery,
): Promise<StoredPage> {
  const args = [before ?? '', after ?? '', limit, chatLimits.readers];
  const answer = (await run(redis, 'readPage', roomKey(room), args)) as [number, number, number, string[], string[]];
  const [first, last, from, entries, readers] = answer;
  return {
    messages: entries.map((entry, n) => toMessage(room, from + n, entry)),
    reads: readers.flatMap((person, n) => (n % 2 === 0 ? [{ person, sequence: Number(readers[n + 1]) }] : [])),
    first,
    last,
  };
}

/** @returns how far the person has read now: it never goes back; `isNews` where that is further than before */
export async function markReadUpTo(
  redis: Redis,
  room: string,
  person: string,
  sequence: number,
): Promise<{ readonly sequence: number; readonly isNews: boolean }> {
  const [upTo, isNews] = (await run(redis, 'markRead', roomKey(room), [person, sequence])) as [number, number];
  return { sequence: upTo, isNews: isNews === 1 };
}

/**
 * Notes that somebody has a room open, for a while, or has left it.
 * @returns who is there now, by ID, where somebody came or went; else undefined
 */
export async function notePresenceOf(
  redis: Redis,
  room: string,
  person: string,
  forMs: number,
): Promise<string[] | undefined> {
  const args = [person, forMs, chatLimits.here];
  const [isChanged, here] = (await run(redis, 'notePresence', roomKey(room), args)) as [number, string[]];
  return isChanged === 1 ? here : undefined;
}

export interface RoomSummary {
  readonly last: number;
  readonly lastAt?: string;
  readonly read: number;
  /** IDs. */
  readonly here: string[];
}

export async function summarizeRoom(redis: Redis, room: string, person: string): Promise<RoomSummary> {
  const args = [person, chatLimits.here];
  const answer = (await run(redis, 'summarize', roomKey(room), args)) as [number, string, number, string[]];
  const [last, lastAt, read, here] = answer;
  return { last, ...(lastAt !== '' && { lastAt: iso(Number(lastAt)) }), read, here };
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
