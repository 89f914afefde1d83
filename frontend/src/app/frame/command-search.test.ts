import type { Command } from './commands.ts';
import { findCommands } from './command-search.ts';

const commands = ['Cancel this task', 'Go to Tasks', 'Replay this task', 'Go to Submit'].map((title): Command => {
  const unavailable = title.endsWith('this task') ? 'It has completed.' : '';
  return { title, unavailable, run: () => undefined };
});
const titles = (text: string) => findCommands(commands, text).map(({ title }) => title);

it('puts last what cannot be done now, where nothing is looked for', () => {
  expect(titles('')).toEqual(['Go to Tasks', 'Go to Submit', 'Cancel this task', 'Replay this task']);
});

it('finds what cannot be done now by its title, with all others', () => {
  expect(titles('task')).toEqual(['Cancel this task', 'Go to Tasks', 'Replay this task']);
  expect(titles('replay task')).toEqual(['Replay this task']);
});
