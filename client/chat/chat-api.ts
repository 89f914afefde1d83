import type {
  ChatPage,
  ChatPresence,
  ChatRead,
  ChatRoom,
  ChatRooms,
  CreateRoom,
  MarkRead,
} from '../../contracts/chat.ts';
import type { Me } from '../../contracts/me.ts';
import type { SendRequest } from '../request.ts';

/** Sequences, neither of which is on the page; without either, the newest. */
export interface ChatPageQuery {
  readonly before?: number;
  readonly after?: number;
  readonly limit?: number;
}

/** The chat over HTTP, one method per function. Each rejects with an `ApiError`. To send a message, submit its task. */
export class ChatApi {
  readonly #send: SendRequest;

  constructor(send: SendRequest) {
    this.#send = send;
  }

  async listRooms(): Promise<readonly ChatRoom[]> {
    return ((await this.#send({ method: 'GET', path: '/api/chat/rooms' })) as ChatRooms).rooms;
  }

  async createRoom(body: CreateRoom): Promise<ChatRoom> {
    return (await this.#send({ method: 'POST', path: '/api/chat/rooms', body })) as ChatRoom;
  }

  /** Oldest first. */
  async listMessages(room: string, query: ChatPageQuery = {}): Promise<ChatPage> {
    return (await this.#send({ method: 'GET', path: `${roomPath(room)}/messages`, query: { ...query } })) as ChatPage;
  }

  /** @returns how far it is now: it never goes back */
  async markRead(room: string, sequence: number): Promise<ChatRead> {
    const body: MarkRead = { sequence };
    return (await this.#send({ method: 'POST', path: `${roomPath(room)}/read`, body })) as ChatRead;
  }

  async setPresence(body: ChatPresence): Promise<void> {
    await this.#send({ method: 'POST', path: '/api/chat/presence', body });
  }

  async getMe(): Promise<Me> {
    return (await this.#send({ method: 'GET', path: '/api/me' })) as Me;
  }
}

function roomPath(room: string): string {
  return `/api/chat/rooms/${encodeURIComponent(room)}`;
}
