import { aTask } from '../testing/fake-tasks.ts';
import { matcher, timeOf, toContract, toQuery, unreadable } from './filter.ts';
import { completions, filterText, parseFilterText } from './filter-text.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

describe('the text of a filter', () => {
  it.each([
    ['type:echo state:retrying,queued urgent', { type: 'echo', state: 'retrying,queued', q: 'urgent' }],
    ['tag:"two words" "some text" more', { tag: 'two words', q: 'some text more' }],
    ['ORDERINGKEY:a from:24h', { orderingKey: 'a', from: '24h' }],
    ['note:this http://x', { q: 'note:this http://x' }],
    ['  ', {}],
    ['type:', {}],
    ['<b>"', { q: '<b>' }],
  ])('reads %s', (text, filter) => {
    expect(parseFilterText(text)).toEqual(filter);
  });

  it('is written so that it reads as the same filter', () => {
    const filter = {
      state: 'queued,running',
      tag: 'two words',
      owner: 'a:b',
      from: '2026-11-21T09:00:00Z',
      q: 'ada 12',
    };
    expect(parseFilterText(filterText(filter))).toEqual(filter);
  });

  it('completes fields, values, and the last of several states', () => {
    const values = {
      state: [{ value: 'queued', about: 'Queued' }, { value: 'retrying' }],
      tag: [{ value: 'two words' }],
    };
    const offered = (text: string) => completions(text, text.length, values, { state: 'where', tag: 'a tag' });
    expect(offered('ta').map(({ text }) => text)).toEqual(['tag:']);
    expect(offered('x tag:tw').map(({ text }) => text)).toEqual(['x tag:"two words" ']);
    expect(offered('state:queued,re').map(({ text }) => text)).toEqual(['state:queued,retrying ']);
    expect(offered('state:').map(({ label }) => label)).toEqual(['queued', 'retrying']);
    expect(offered('words of ').map(({ label }) => label)).toEqual(['state:', 'tag:']);
    expect(offered('nonsense')).toEqual([]);
  });
});

describe('a filter', () => {
  it('asks the server in its own words', () => {
    expect(toQuery({ state: 'queued,nonsense', from: '24h', to: 'never', q: 'x' }, now)).toEqual({
      state: 'queued',
      from: '2026-11-20T12:00:00.000Z',
      q: 'x',
    });
    expect(toContract({ state: 'queued' }, now)).toEqual({ states: ['queued'], to: '2026-11-21T12:00:00.000Z' });
    expect(timeOf('tomorrow-ish', now)).toBeUndefined();
  });

  it('tells what in it means nothing', () => {
    const filter = { state: 'queued,nonsense', from: 'yesterday', to: '2026-11-20', type: 'unknown', q: 'x' };
    expect(unreadable(filter, now)).toEqual(['state:nonsense', 'from:yesterday']);
    expect(unreadable({ state: 'queued,running', from: '24h' }, now)).toEqual([]);
  });

  it('finds the same tasks here as there', () => {
    const task = aTask({ type: 'echo', tags: ['urgent'], about: 'Müller', error: { code: 'x', message: 'Disk full' }, createdAt: '2026-11-21T11:00:00.000Z' }); // prettier-ignore
    const finds = (filter: object) => matcher(filter, () => 'Echo a message', now)(task);
    for (const filter of [{}, { q: 'echo MÜLLER disk' }, { tag: 'urgent', state: 'queued' }, { from: '2h' }]) expect(finds(filter)).toBe(true); // prettier-ignore
    for (const filter of [{ q: 'echo nobody' }, { tag: 'urg' }, { state: 'running' }, { to: '2h' }, { type: 'other' }]) expect(finds(filter)).toBe(false); // prettier-ignore
  });
});
