import type { TaskEvent } from '../contracts/task-event.ts';
import { EventSequence } from './event-sequence.ts';

const at = '2026-11-21T09:30:00.000Z';
function event(cursor: string, previous?: string): TaskEvent {
  return { cursor, ...(previous && { previous }), taskId: 't', kind: 'progress', state: 'running', attempt: 1, at };
}
const cursors = (events: readonly TaskEvent[]) => events.map(({ cursor }) => cursor);

function begun(cursor = '10-0'): EventSequence {
  const sequence = new EventSequence();
  sequence.begin(cursor);
  return sequence;
}

describe('the sequence of events', () => {
  it('gives an event once, however often it is pushed and fetched', () => {
    const sequence = begun();
    expect(cursors(sequence.push([event('11-0', '10-0'), event('11-0', '10-0')]))).toEqual(['11-0']);
    expect(sequence.push([event('11-0', '10-0')])).toEqual([]);
    expect(sequence.fetched({ events: [event('11-0', '10-0')], cursor: '11-0' })).toEqual([]);
  });

  it('holds an event back until the one before it is there', () => {
    const sequence = begun();
    expect(sequence.push([event('12-0', '11-0')])).toEqual([]);
    expect(sequence.hasGap).toBe(true);
    expect(cursors(sequence.push([event('11-0', '10-0')]))).toEqual(['11-0', '12-0']);
    expect(sequence.hasGap).toBe(false);
  });

  it('fills a gap from a page and goes on with what waited beyond it', () => {
    const sequence = begun();
    sequence.push([event('14-0', '13-0')]);
    const page = { events: [event('11-0'), event('13-0', '11-0')], cursor: '13-0' };
    expect(cursors(sequence.fetched(page))).toEqual(['11-0', '13-0', '14-0']);
  });

  it('compares cursors as numbers, not as text', () => {
    const sequence = begun('9-0');
    expect(cursors(sequence.push([event('9-10', '9-9'), event('9-9', '9-0')]))).toEqual(['9-9', '9-10']);
  });

  it('keeps what is pushed before it knows where to begin, and leaves out what lies before that', () => {
    const sequence = new EventSequence();
    expect(sequence.push([event('9-0', '8-0'), event('10-1', '10-0'), event('12-0', '10-1')])).toEqual([]);
    expect(cursors(sequence.begin('10-0'))).toEqual(['10-1', '12-0']);
  });

  it('takes an earlier event of another owner after a later one', () => {
    const sequence = begun();
    expect(cursors(sequence.push([event('12-1', '10-0')]))).toEqual(['12-1']);
    expect(cursors(sequence.push([event('12-0', '9-0')]))).toEqual(['12-0']);
  });

  it('goes on fetching from the last fetch, as a push says nothing about the events of other owners', () => {
    const sequence = begun();
    sequence.push([event('12-1', '10-0')]);
    expect(sequence.settled).toBe('10-0');
    const page = { events: [event('11-5', '9-0'), event('12-1', '10-0')], cursor: '12-1' };
    expect(cursors(sequence.fetched(page))).toEqual(['11-5']);
    expect(sequence.settled).toBe('12-1');
  });
});
