import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aMessage, aRoom, type FakeChat } from '../testing/fake-chat.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { aTask, FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ChatPage } from './chat-page.ts';

let tasks: FakeTasks;
let chat: FakeChat;

/** As Ada, in #general. */
async function open(inputs: { room?: string } = { room: 'general' }) {
  const shown = await render(ChatPage, { providers: provideFakeTasks(tasks), inputs });
  sayWhoItIs();
  return shown;
}

/** Rooms ask who one is, and so do the notices of what is new, which are loaded later: whoever comes first. */
function sayWhoItIs(): void {
  const ada = [{ user_id: 'ada', user_claims: [{ typ: 'name', val: 'Ada' }] }];
  for (const asked of http().match('/.auth/me')) asked.flush(ada);
}

const messages = () => screen.queryAllByRole('article');
const texts = () => messages().map((row) => row.querySelector('.text')!.textContent);
const field = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Message to #general' });
const write = async (text: string) => fireEvent.input(await field(), { target: { value: text } });
const press = async (key: string, more: object = {}) => fireEvent.keyDown(await field(), { key, ...more });
const mine = (sequence: number, text: string, taskId = 'sent-1') =>
  aMessage(sequence, { text, taskId, author: { id: 'ada', name: 'Ada' }, sentAt: new Date().toISOString() });

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
  ({ chat } = tasks);
  useLayout();
});

describe('the rooms', () => {
  it('tell what is new in each, and who is there', async () => {
    chat.all.next([
      aRoom({ here: [{ id: 'bob', name: 'Bob', isYou: false }, { id: 'ada', name: 'Ada', isYou: true }] }),
      aRoom({ name: 'releases', topic: 'What goes out', last: 12, read: 9 }),
    ]); // prettier-ignore
    await open();
    const rooms = await screen.findByRole('navigation', { name: 'Rooms' });
    expect(within(rooms).getByRole('link', { name: /releases 3 new What goes out/ }).getAttribute('href')).toBe('/chat/releases'); // prettier-ignore
    expect(within(rooms).getByRole('link', { current: 'page' }).textContent).toContain(
      'Here now: \u2068Bob\u2069, you',
    );
  });

  it('are all there is on a phone until one is chosen, which then has the page for itself', async () => {
    useLayout(360);
    const { rerender } = await open({});
    await screen.findByRole('navigation', { name: 'Rooms' });
    expect(screen.queryByRole('log')).toBeNull();
    await rerender({ inputs: { room: 'general' } });
    sayWhoItIs();
    await screen.findByRole('log');
    expect(screen.queryByRole('navigation', { name: 'Rooms' })).toBeNull();
    expect(screen.getByRole('link', { name: 'All rooms' }).getAttribute('href')).toBe('/chat');
  });

  it('get a new one, whose faults stand at their fields', async () => {
    await open();
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    fireEvent.click(await screen.findByRole('button', { name: 'New room' }));
    const name = await screen.findByRole('textbox', { name: 'Name' });
    fireEvent.input(name, { target: { value: 'Général' } });
    await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'));
    fireEvent.input(name, { target: { value: 'General' } });
    expect(await screen.findByText('There is a room of this name already.')).toBeTruthy();
    fireEvent.input(name, { target: { value: 'Night shift' } });
    expect(await screen.findByText('It will be #night-shift.')).toBeTruthy();
    const topic = screen.getByRole('textbox', { name: 'What it is for' });
    fireEvent.input(topic, { target: { value: 'Who is up' } });
    chat.refusal = new ApiError('invalid-request', 400, 'No.', [{ pointer: '/topic', detail: 'Too dull.' }]);
    fireEvent.click(screen.getByRole('button', { name: 'Make it' }));
    expect(await screen.findByText('Too dull.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Make it' }));
    await waitFor(() => expect(navigate).toHaveBeenCalledWith(['/chat', 'night-shift']));
    expect(chat.made.at(-1)).toEqual({ name: 'night-shift', topic: 'Who is up' });
  });

  it('say what is wrong when they cannot be fetched, and that a room is not there', async () => {
    chat.fault = new ApiError('not-found', 404, 'There is no such room.');
    await open();
    expect((await screen.findByText('There is no such room', { selector: 'h2' })).textContent).toBeTruthy();
    expect(screen.getByText('The rooms could not be fetched')).toBeTruthy();
    chat.fault = undefined;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByRole('navigation', { name: 'Rooms' });
  });
});

describe('messages', () => {
  it('are shown as text, with code, links and the tasks they name', async () => {
    const id = '0192f3a1-5b6c-7d8e-9f01-23456789abcd';
    tasks.put(aTask({ id, state: 'running', progress: { percent: 40 } }));
    chat.say(
      aMessage(1, { text: '<img src=x onerror=alert(1)> `<b>`' }),
      aMessage(2, { text: `https://a.example/x and javascript:alert(1) and ${id}` }),
    );
    await open();
    await waitFor(() => expect(texts()).toEqual(['<img src=x onerror=alert(1)> <b>', `https://a.example/x and javascript:alert(1) and ${id}`])); // prettier-ignore
    expect(document.querySelector('app-message-text img, app-message-text b')).toBeNull();
    const link = screen.getByRole('link', { name: 'https://a.example/x' });
    expect([link.getAttribute('rel'), link.getAttribute('target')]).toEqual(['noopener noreferrer nofollow', '_blank']);
    const card = screen.getByRole('link', { name: /Running Echo a message/ });
    expect(card.getAttribute('href')).toBe(`/tasks/${id}`);
    expect(within(card).getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
    tasks.put(aTask({ id, state: 'completed' }));
    await waitFor(() => expect(card.textContent).toContain('Completed'));
  });

  it('have a line before the first one that I have not seen, and are marked read once in sight', async () => {
    chat.all.next([aRoom({ last: 3, read: 1 })]);
    chat.say(aMessage(1), aMessage(2), aMessage(3));
    await open();
    await waitFor(() => expect(messages()).toHaveLength(3));
    const line = screen.getByText('New', { selector: 'span' });
    expect(line.compareDocumentPosition(messages()[0]!) & Node.DOCUMENT_POSITION_PRECEDING).toBeTruthy();
    expect(line.compareDocumentPosition(messages()[1]!) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    await waitFor(() => expect(chat.marks.at(-1)).toBe(3));
  });

  it('are not marked read while nobody looks at the window', async () => {
    const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    chat.say(aMessage(1));
    await open();
    await waitFor(() => expect(messages()).toHaveLength(1));
    expect([chat.marks, chat.opened.at(-1)]).toEqual([[], undefined]);
    hidden.mockReturnValue(false);
    fireEvent(document, new Event('visibilitychange'));
    await waitFor(() => expect([chat.marks.at(-1), chat.opened.at(-1)]).toEqual([1, 'general']));
    hidden.mockRestore();
  });

  it('of ten thousand are drawn by a stretch, to the newest', async () => {
    chat.say(...Array.from({ length: 10_000 }, (_, n) => aMessage(n + 1)));
    await open();
    await waitFor(() => expect(texts().at(-1)).toBe('Message 10000'));
    chat.say(aMessage(10_001));
    await waitFor(() => expect(texts().at(-1)).toBe('Message 10001'));
    expect(messages().length).toBeLessThanOrEqual(240);
  });

  it('of others are told politely, many of them as one', async () => {
    await open();
    await screen.findByRole('log');
    chat.say(aMessage(1, { text: 'Hello' }));
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('Bob: Hello'));
    chat.say(aMessage(2), aMessage(3), aMessage(4, { author: { id: 'eve', name: 'Eve' } }), mine(5, 'I', 'x'));
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('3 new messages from Bob, Eve'));
  });

  it('can be walked by the arrow keys, and answered', async () => {
    chat.say(aMessage(1), aMessage(2));
    await open();
    await waitFor(() => expect(messages()).toHaveLength(2));
    messages()[1]!.focus();
    fireEvent.keyDown(messages()[1]!, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(messages()[0]);
    fireEvent.keyDown(messages()[0]!, { key: 'r' });
    await waitFor(() => expect(document.activeElement?.tagName).toBe('TEXTAREA'));
    expect(await screen.findByText(/^Answering\s*:/)).toBeTruthy();
  });

  it('tell who types', async () => {
    await open();
    chat.typists.next([{ id: 'bob', name: 'Bob', isYou: false }]);
    expect(await screen.findByText('\u2068Bob\u2069 is typing …')).toBeTruthy();
  });
});

describe('a message of mine', () => {
  it('is shown at once, then how its task is, that it is there, and who has seen it', async () => {
    let accept!: (id: string) => void;
    chat.accept = () => new Promise((resolve) => (accept = (id) => resolve(aTask({ id })))); // prettier-ignore
    await open();
    await write('Hello');
    await press('Enter');
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/Hello.*Sending/s));
    const row = messages()[0];
    expect((await field()).value).toBe('');
    await waitFor(() => expect(accept).toBeDefined());
    accept('sent-1');
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/On its way/));
    expect(screen.getByRole('link', { name: 'its task' }).getAttribute('href')).toBe('/tasks/sent-1');
    tasks.put(aTask({ id: 'sent-1', state: 'retrying' }));
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/tried again soon/));
    chat.say(mine(1, 'Hello'));
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/In the room/));
    chat.read({ room: 'general', person: 'ada', name: 'Ada', sequence: 1 }, { room: 'general', person: 'bob', name: 'Bob', sequence: 1 }); // prettier-ignore
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/Seen by \u2068Bob/));
    expect(screen.getByRole('button', { name: /Seen by/ }).getAttribute('aria-description')).toBe('\u2068Bob\u2069');
    expect(messages()).toEqual([row]);
  });

  it('stays with the reason when it is refused, and is the same message when it is tried again', async () => {
    await open();
    chat.refusal = new ApiError('too-many-requests', 429, 'You write too much.');
    await write('Hello');
    await press('Enter');
    expect((await screen.findByRole('alert')).textContent).toContain('You write too much.');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/On its way/));
    expect(chat.sent.map(({ text }) => text)).toEqual(['Hello', 'Hello']);
    expect(chat.sent[0]!.idempotencyKey).toBe(chat.sent[1]!.idempotencyKey);
  });

  it('that became a dead letter leads to its task, and is replayed', async () => {
    await open();
    await write('Hello');
    await press('Enter');
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/On its way/));
    tasks.put(aTask({ id: 'sent-1', state: 'dead-lettered', error: { code: 'x', message: 'The room is full.' } }));
    expect((await screen.findByRole('alert')).textContent).toContain('The room is full.');
    expect(screen.getByRole('link', { name: 'Look at its task' }).getAttribute('href')).toBe('/tasks/sent-1');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(tasks.replayed).toEqual(['sent-1']));
  });

  it('waits while there is no connection, survives a reload, and goes out once there is', async () => {
    const { fixture } = await open();
    chat.refusal = new ApiError('offline', 0, 'No answer.');
    await write('Hello');
    await press('Enter');
    await waitFor(() => expect(messages()[0]!.textContent).toMatch(/Goes out when the connection is back/));
    fixture.destroy();
    TestBed.resetTestingModule();
    await open();
    await waitFor(() => expect(chat.sent).toHaveLength(2));
    expect(chat.sent[1]!.idempotencyKey).toBe(chat.sent[0]!.idempotencyKey);
  });
});

describe('where one writes', () => {
  it('keeps what was typed over a reload, for each room', async () => {
    const { fixture } = await open();
    await write('half a tho');
    expect(chat.keys).toBe(1);
    await waitFor(() => expect(localStorage.getItem('chat-draft:general')).toContain('half a tho'));
    fixture.destroy();
    TestBed.resetTestingModule();
    await open();
    expect((await field()).value).toBe('half a tho');
  });

  it('sends by Enter and by Ctrl Enter, but not by Shift Enter, nor what is empty or too long', async () => {
    await open();
    await write('  ');
    await press('Enter');
    await write('x'.repeat(4_001));
    expect(await screen.findByText('Too long by 1')).toBeTruthy();
    await press('Enter');
    await write('a');
    await press('Enter', { shiftKey: true });
    await press('Enter', { isComposing: true });
    expect(chat.sent).toEqual([]);
    await press('Enter', { ctrlKey: true });
    await waitFor(() => expect(chat.sent.map(({ text }) => text)).toEqual(['a']));
  });

  it('says why it does not send what nobody would see, but not before it was to be sent where it is only spaces', async () => {
    await open();
    await write('\u200b\u202e');
    expect(await screen.findByText(/^Write something that can be seen/)).toBeTruthy();
    await write('  ');
    await waitFor(() => expect(screen.queryByText(/^Write something that can be seen/)).toBeNull());
    await press('Enter');
    expect(await screen.findByText(/^Write something that can be seen/)).toBeTruthy();
    expect(chat.sent).toEqual([]);
    await write('👩‍🚀');
    await press('Enter');
    await waitFor(() => expect(chat.sent.map(({ text }) => text)).toEqual(['👩‍🚀']));
  });

  it('answers the last message by ↑, which Esc takes back', async () => {
    chat.say(aMessage(7, { text: 'Who comes along?' }));
    await open();
    await waitFor(() => expect(messages()).toHaveLength(1));
    await press('ArrowUp');
    expect(await screen.findByText(/^Answering\s*:/)).toBeTruthy();
    await press('Escape');
    await waitFor(() => expect(screen.queryByText(/^Answering\s*:/)).toBeNull());
    await press('ArrowUp');
    await write('I do');
    await press('Enter');
    await waitFor(() => expect(chat.sent).toMatchObject([{ text: 'I do', replyTo: 7 }]));
    expect(messages()[1]!.textContent).toContain('Who comes along?');
  });
});
