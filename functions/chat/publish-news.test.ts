import type { ChatMessage, ChatNews } from '../../contracts/chat.ts';
import type { sendToClients } from '../azure/signalr.ts';
import { pushesEnded } from '../events/pushes.ts';
import { newsPush } from './publish-news.ts';

const message = (sequence: number, text = 'x'): ChatMessage => ({
  room: 'general',
  sequence,
  taskId: `t${sequence}`,
  author: { id: 'ada', name: 'Ada' },
  text,
  sentAt: '',
  at: '',
});

function recorded() {
  const sent: ChatNews[] = [];
  const send: typeof sendToClients = async (target, method, [news]) => {
    expect([target, method]).toEqual([{ group: 'chat' }, 'chat']);
    sent.push(news as ChatNews);
  };
  return { sent, publish: newsPush(send) };
}

it('tells together what happens together: messages in order, the last word of who is here and who types', async () => {
  const { sent, publish } = recorded();
  publish({ messages: [message(2)] });
  publish({ messages: [message(1)] });
  publish({ typing: [{ room: 'general', id: 'bob', name: 'Bob' }] });
  publish({ typing: [{ room: 'general', id: 'bob', name: 'Bob' }] });
  publish({ here: [{ room: 'general', people: [{ id: 'bob', name: 'Bob' }] }] });
  publish({ here: [{ room: 'general', people: [] }] });
  await pushesEnded();
  expect(sent).toEqual([
    {
      messages: [message(1), message(2)],
      typing: [{ room: 'general', id: 'bob', name: 'Bob' }],
      here: [{ room: 'general', people: [] }],
    },
  ]);
});

it('sends no more at once than the service takes', async () => {
  const { sent, publish } = recorded();
  const long = '👋'.repeat(2_000);
  for (let n = 1; n <= 300; n += 1) publish({ messages: [message(n, long)] });
  await pushesEnded();
  expect(Math.max(...sent.map((news) => Buffer.byteLength(JSON.stringify(news))))).toBeLessThan(1_000_000);
  expect(sent.flatMap(({ messages = [] }) => messages).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1)); // prettier-ignore
});
