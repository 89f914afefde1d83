import { fireEvent, render, screen } from '@testing-library/angular';
import { aTask, FakeTasks, provideFakeTasks } from '../testing/fake-tasks.ts';
import { ApiError } from '../../../../client/index.ts';
import { MessageText } from './message-text.ts';

const open = (text: string, tasks = new FakeTasks()) =>
  render(MessageText, { providers: provideFakeTasks(tasks), inputs: { text } });
const more = () => screen.queryByRole('button', { name: 'Show all of it' });

describe('a message', () => {
  it.each([
    ['many lines', `top${'\n'.repeat(3_000)}end`],
    ['a very long line', 'unbroken'.repeat(400)],
  ])('of %s is folded, until somebody wants all of it', async (_, text) => {
    await open(text);
    fireEvent.click(more()!);
    const less = await screen.findByRole('button', { name: 'Show less' });
    expect(less.getAttribute('aria-expanded')).toBe('true');
    expect(document.querySelector('.folded')).toBeNull();
    fireEvent.click(less);
    expect((await screen.findByRole('button', { name: 'Show all of it' })).getAttribute('aria-expanded')).toBe('false');
    expect(document.querySelector('.folded')?.textContent).toBe(text);
  });

  it('of a few lines, or with a block of code that scrolls by itself, is not folded', async () => {
    await open(`Look:\n\`\`\`\n${'line\n'.repeat(200)}\`\`\`\nand tell me.`);
    expect(more()).toBeNull();
  });
});

describe('the card of a task', () => {
  const id = '0192f3a1-5b6c-7d8e-9f01-23456789abcd';

  it('comes with the next connection where it could not be fetched', async () => {
    const tasks = new FakeTasks();
    tasks.connection.set({ kind: 'offline', retryAt: Date.now() + 60_000 });
    const load = jest.spyOn(tasks.client, 'load').mockRejectedValueOnce(new ApiError('offline', 0, 'No answer.'));
    await open(id, tasks);
    expect(load).toHaveBeenCalledTimes(1);
    expect(screen.queryByText(/You cannot see this task/)).toBeNull();
    load.mockImplementation(async () => {
      tasks.put(aTask({ id, state: 'completed' }));
      return tasks.byId().get(id)!;
    });
    tasks.connection.set({ kind: 'live' });
    expect(await screen.findByText('Completed')).toBeTruthy();
  });

  it('of a task that one may not see tells so', async () => {
    await open(id);
    expect(await screen.findByText(/You cannot see this task/)).toBeTruthy();
  });
});
