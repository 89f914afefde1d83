import { partsOf } from './chat-text.ts';

const parts = (text: string) => partsOf(text, 'https://tasks.example').map(({ kind, text }) => [kind, text]);
const id = '0192f3a1-5b6c-7d8e-9f01-23456789abcd';

describe('what somebody wrote', () => {
  it('has code in it, which has no links', () => {
    expect(parts('run `npm start` now')).toEqual([['text', 'run '], ['code', 'npm start'], ['text', ' now']]); // prettier-ignore
    expect(parts('so:\n```js\nfetch("https://a.example")\n```\ndone')).toEqual([
      ['text', 'so:'],
      ['block', 'fetch("https://a.example")'],
      ['text', 'done'],
    ]);
    expect(parts('an open ` stays')).toEqual([['text', 'an open ` stays']]);
  });

  it('has links to http and https alone, without the full stop after them', () => {
    expect(parts('see https://a.example/b?c=d. And (https://a.example/x).')).toEqual([
      ['text', 'see '],
      ['link', 'https://a.example/b?c=d'],
      ['text', '.'],
      ['text', ' And ('],
      ['link', 'https://a.example/x'],
      ['text', ').'],
    ]);
    expect(parts('https://a.example/wiki/Task_(work)')).toEqual([['link', 'https://a.example/wiki/Task_(work)']]);
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example', 'https://'])
      expect(parts(text).filter(([kind]) => kind === 'link')).toEqual([]);
  });

  it('names tasks by their ID, or by the address of their page', () => {
    expect(parts(`look at ${id}!`)).toEqual([['text', 'look at '], ['task', id], ['text', '!']]); // prettier-ignore
    expect(parts(`https://tasks.example/tasks/${id}`)).toEqual([['task', `https://tasks.example/tasks/${id}`]]);
    expect(parts(`/tasks/${id}`)).toEqual([['task', `/tasks/${id}`]]);
    expect(parts(`(https://tasks.example/tasks/${id}), yes`)).toEqual([['text', '('], ['task', `https://tasks.example/tasks/${id}`], ['text', '),'], ['text', ' yes']]); // prettier-ignore
    expect(parts(`https://elsewhere.example/tasks/${id}`)[0]![0]).toBe('link');
    expect(parts('/tasks/new')).toEqual([['text', '/tasks/new']]);
  });

  it('is given back whole', () => {
    const text = `<b>a</b> & ${'x'.repeat(5000)}\n\n  "quoted" ‮rtl`;
    expect(parts(text)).toEqual([['text', text]]);
  });
});
