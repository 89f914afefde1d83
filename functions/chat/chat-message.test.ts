import { CreateRoom } from '../../contracts/chat.ts';
import { chatMessage } from './chat-message.ts';

it.each(['   ', '\u200b\u200d', '\u202e\u2066', '\u2800'])('a message of which nothing would be seen is refused: %j', (text) => {
  expect(chatMessage.parse({ room: 'general', text })).toEqual({
    errors: [{ pointer: '/payload/text', detail: expect.stringMatching(/^Write something that can be seen/) }],
  });
}); // prettier-ignore

it.each(['👩‍🚀', 'שלום', '\u202eabc'])('a message of any script is taken, and emoji of several parts: %s', (text) => {
  expect(chatMessage.parse({ room: 'general', text })).toMatchObject({ payload: { text } });
});

it('a room needs no topic, but none that looks as if there were none', () => {
  expect(CreateRoom.safeParse({ name: 'night', topic: ' ' })).toMatchObject({ data: { topic: '' } });
  expect(CreateRoom.safeParse({ name: 'night', topic: '\u200b' }).success).toBe(false);
});
