import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { fireEvent, render, screen, waitFor } from '@testing-library/angular';
import { ApiError } from '../../../../client/index.ts';
import { aMessage, aRoom, type FakeChat } from '../testing/fake-chat.ts';
import { useLayout } from '../testing/fake-layout.ts';
import { FakeTasks, http, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ChatPage } from './chat-page.ts';

let tasks: FakeTasks;
let chat: FakeChat;

beforeEach(() => {
  localStorage.clear();
  tasks = new FakeTasks();
  ({ chat } = tasks);
  chat.all.next([aRoom(), aRoom({ name: 'releases' })]);
  useLayout();
});

/** As Ada. */
async function open(room?: string) {
  const shown = await render(ChatPage, { providers: provideFakeTasks(tasks), inputs: { room } });
  for (const asked of http().match('/.auth/me')) asked.flush([{ user_id: 'ada' }]);
  return shown;
}

const fieldOf = (room: string) => screen.findByRole('textbox', { name: `Message to #${room}` });
const send = async (text: string) => {
  fireEvent.input(await fieldOf('general'), { target: { value: text } });
  fireEvent.keyDown(await fieldOf('general'), { key: 'Enter' });
};
const newLine = () => screen.queryByText('New', { selector: 'span' });

describe('the way', () => {
  it('from room to room leads to where one writes, but not the way into the chat', async () => {
    const { rerender } = await open('general');
    expect(document.activeElement).not.toBe(await fieldOf('general'));
    await rerender({ inputs: { room: 'releases' } });
    const field = await fieldOf('releases');
    await waitFor(() => expect(document.activeElement).toBe(field));
  });

  it('back into the chat leads to the room where one was last, never to one that is not there', async () => {
    const { rerender } = await open('releases');
    await waitFor(() => expect(localStorage.getItem('chat-room')).toBe('releases'));
    await rerender({ inputs: { room: 'nowhere' } });
    await fieldOf('nowhere');
    expect(localStorage.getItem('chat-room')).toBe('releases');
    chat.all.next([aRoom()]);
    await rerender({ inputs: { room: 'releases' } });
    await waitFor(() => expect(localStorage.getItem('chat-room')).toBeNull());
    const navigate = jest.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    await rerender({ inputs: { room: undefined } });
    await waitFor(() => expect(navigate).toHaveBeenCalledWith(['/chat', 'general'], { replaceUrl: true }));
  });

  it('of the keyboard passes by what can be done with messages other than the one it is at', async () => {
    chat.say(aMessage(1), aMessage(2), aMessage(3));
    await open('general');
    await waitFor(() => expect(screen.queryAllByRole('article')).toHaveLength(3));
    const stops = () => screen.getAllByRole('button', { name: 'Reply' }).map(({ tabIndex }) => tabIndex);
    expect(stops()).toEqual([-1, -1, 0]);
    screen.getAllByRole('article')[0]!.focus();
    await waitFor(() => expect(stops()).toEqual([0, -1, -1]));
  });

  it('of a message that is taken away leads back to where one writes', async () => {
    await open('general');
    chat.refusal = new ApiError('too-many-requests', 429, 'You write too much.');
    await send('Hello');
    const remove = await screen.findByRole('button', { name: 'Remove' });
    remove.focus();
    fireEvent.click(remove);
    await waitFor(() => expect(screen.queryByRole('article')).toBeNull());
    expect(document.activeElement).toBe(await fieldOf('general'));
  });
});

it('the line before what is new goes on to what came while nobody looked', async () => {
  chat.all.next([aRoom({ last: 2, read: 1 })]);
  chat.say(aMessage(1), aMessage(2));
  await open('general');
  const before = (text: string) =>
    newLine()!.compareDocumentPosition(screen.getByText(text)) & Node.DOCUMENT_POSITION_FOLLOWING;
  await waitFor(() => expect(before('Message 2')).toBeTruthy());
  await waitFor(() => expect(chat.marks.at(-1)).toBe(2));
  const hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  chat.say(aMessage(3), aMessage(4));
  await waitFor(() => expect(screen.getByText('Message 4')).toBeTruthy());
  await waitFor(() => expect(before('Message 2')).toBeFalsy());
  expect(before('Message 3')).toBeTruthy();
  hidden.mockRestore();
});

it('what is about to be an answer says so, also where the message it answers has not been fetched', async () => {
  localStorage.setItem('chat-draft:general', JSON.stringify({ text: 'Yes', replyTo: 7 }));
  chat.say(aMessage(50));
  await open('general');
  expect(await screen.findByText('Answering an earlier message')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Answer nothing' }));
  await waitFor(() => expect(screen.queryByText('Answering an earlier message')).toBeNull());
});
