/** Rooms of people: a module of its own, so that who does not chat does not load it. */
export { ChatApi, type ChatPageQuery } from './chat-api.ts';
export { ChatClient } from './chat-client.ts';
export { chatOf } from './chat-of.ts';
export type { Chat, RoomLog, RoomMessages, SendOptions, SentMessage } from './chat.ts';
