import { type ChatResult, ChatSubmission, chatOrderingKey, chatTaskType, firstRoom } from '../../contracts/chat.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { defineTaskType, PermanentError } from '../task-types/define-task-type.ts';
import { findPeople } from './people.ts';
import { publishNews } from './publish-news.ts';
import { appendMessage } from './room-store.ts';
import { isRoom } from './rooms.ts';

/** What somebody says in a room. It gets one place there, however often its task runs. */
export const chatMessage = defineTaskType({
  name: chatTaskType,
  title: 'Chat message',
  description: 'Says something in a room of the chat, where everybody who can sign in reads it.',
  schema: ChatSubmission,
  example: { room: firstRoom, text: 'Hello, everybody!' },
  about: ({ room, text }) => `#${room}: ${text}`,
  orderingKey: ({ room }) => chatOrderingKey(room),
  async run({ taskId, owner, submittedAt }, { room, text, replyTo }): Promise<ChatResult> {
    const redis = getPatientRedis();
    const [isThere, people] = await Promise.all([isRoom(redis, room), findPeople(redis, [owner])]);
    if (!isThere) throw roomMissing(room);
    const { sequence, message } = await appendMessage(redis, room, {
      taskId,
      author: people[0]!,
      text,
      ...(replyTo !== undefined && { replyTo }),
      sentAt: new Date(submittedAt).toISOString(),
    });
    if (message !== undefined) publishNews({ messages: [message] });
    return { room, sequence };
  },
});

function roomMissing(room: string): PermanentError {
  return new PermanentError(`There is no room "${room}". Create it, then replay this message.`, 'chat-room-missing');
}
