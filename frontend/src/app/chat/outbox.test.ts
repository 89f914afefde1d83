import { TestBed } from '@angular/core/testing';
import { ApiError } from '../../../../client/index.ts';
import { aMessage, type FakeChat } from '../testing/fake-chat.ts';
import { aTask, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { Outbox } from './outbox.ts';

let tasks: FakeTasks;
let chat: FakeChat;

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
  ({ chat } = tasks);
});

/** A tab of Ada's browser. */
function openTab(): Outbox {
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({ providers: provideFakeTasks(tasks) });
  const outbox = TestBed.inject(Outbox);
  for (const asked of http().match('/.auth/me')) asked.flush([{ user_id: 'ada' }]);
  return outbox;
}

const shows = async (outbox: Outbox, ...expected: readonly (readonly [string, string])[]) => {
  const now = () => outbox.entries().map(({ text, state }) => [text, state.kind]);
  while (JSON.stringify(now()) !== JSON.stringify(expected)) await new Promise((resolve) => setTimeout(resolve, 2));
};
const log = (last: number) => ({ room: 'general', messages: [aMessage(last)], reads: [], hasOlder: true });

describe('messages on their way', () => {
  it('of one tab are kept while another sends its own', async () => {
    const [first, second] = [openTab(), openTab()];
    chat.refusal = new ApiError('too-many-requests', 429, 'You write too much.');
    first.send('general', 'refused', undefined);
    await shows(first, ['refused', 'failed']);
    second.send('general', 'accepted', undefined);
    await shows(second, ['accepted', 'queued']);
    second.arrived({ ...log(1), messages: [aMessage(1, { taskId: 'sent-1' })] });
    await shows(second);
    await shows(openTab(), ['refused', 'failed']);
    first.drop(first.entries()[0]!.key);
    await shows(first);
    await shows(openTab());
  });

  it('that were said at once, before it is known who one is, take nothing away from those of an earlier visit', async () => {
    const before = openTab();
    chat.refusal = new ApiError('too-many-requests', 429, 'You write too much.');
    before.send('general', 'earlier', undefined);
    await shows(before, ['earlier', 'failed']);
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({ providers: provideFakeTasks(tasks) });
    const outbox = TestBed.inject(Outbox);
    outbox.send('general', 'at once', undefined);
    http()
      .expectOne('/.auth/me')
      .flush([{ user_id: 'ada' }]);
    await shows(outbox, ['earlier', 'failed'], ['at once', 'queued']);
    tasks.put(aTask({ id: 'sent-1', state: 'queued' }));
    await shows(openTab(), ['earlier', 'failed'], ['at once', 'queued']);
  });

  it('of an earlier visit are asked for again with the next connection, where there was none', async () => {
    const before = openTab();
    before.send('general', 'accepted', undefined);
    await shows(before, ['accepted', 'queued']);
    const load = jest.spyOn(tasks.client, 'load').mockRejectedValueOnce(new ApiError('offline', 0, 'No answer.'));
    tasks.connection.set({ kind: 'offline', retryAt: Date.now() + 60_000 });
    const outbox = openTab();
    while (load.mock.calls.length < 1) await new Promise((resolve) => setTimeout(resolve, 2));
    await shows(outbox, ['accepted', 'queued']);
    load.mockResolvedValueOnce(aTask({ id: 'sent-1', state: 'completed' }));
    tasks.connection.set({ kind: 'live' });
    TestBed.tick();
    await shows(outbox);
  });

  it('are there once the room is beyond them, though they were not fetched', async () => {
    const outbox = openTab();
    outbox.send('general', 'long ago', undefined);
    await shows(outbox, ['long ago', 'queued']);
    outbox.arrived(log(60));
    await shows(outbox, ['long ago', 'queued']);
    tasks.put(aTask({ id: 'sent-1', state: 'completed', result: { room: 'general', sequence: 60 } }));
    outbox.arrived({ ...log(70), room: 'another' });
    outbox.arrived(log(59));
    await shows(outbox, ['long ago', 'there']);
    outbox.arrived(log(60));
    await shows(outbox);
  });
});
