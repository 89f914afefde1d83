import * as fc from 'fast-check';
import { type Occurrences, parseCron } from './cron.ts';

function read(cron: string, timeZone = 'UTC'): Occurrences {
  const parsed = parseCron(cron, timeZone);
  if ('error' in parsed) throw new Error(parsed.error.detail);
  return parsed.occurrences;
}

function times(cron: string, timeZone: string, from: string, count: number): string[] {
  const occurrences = read(cron, timeZone);
  const found: number[] = [];
  for (let n = 0, time = Date.parse(from); n < count; n += 1) found.push((time = occurrences.after(time)!));
  return found.map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'));
}

const fault = (cron: string, timeZone = 'UTC') => {
  const parsed = parseCron(cron, timeZone);
  return 'error' in parsed ? parsed.error : undefined;
};

describe('occurrences', () => {
  it('are counted from a time on, without it, to the millisecond', () => {
    const everyMinute = read('* * * * *');
    const minute = Date.parse('2026-11-21T09:30:00Z');
    expect(everyMinute.after(minute - 1)).toBe(minute);
    expect(everyMinute.after(minute)).toBe(minute + 60_000);
    expect(everyMinute.after(minute + 1)).toBe(minute + 60_000);
  });

  it('may have seconds', () => {
    expect(times('*/20 * * * * *', 'UTC', '2026-11-21T09:59:30Z', 2)).toEqual([
      '2026-11-21T09:59:40.000Z',
      '2026-11-21T10:00Z',
    ]);
  });

  it('mean either the day of the month or the weekday, where both are given', () => {
    expect(times('0 0 1 * MON', 'UTC', '2026-11-25T00:00:00Z', 3)).toEqual([
      '2026-11-30T00:00Z',
      '2026-12-01T00:00Z',
      '2026-12-07T00:00Z',
    ]);
  });

  it('go over the end of a year', () => {
    expect(times('59 23 31 12 *', 'Europe/Berlin', '2026-12-31T22:58:00Z', 2)).toEqual([
      '2026-12-31T22:59Z',
      '2027-12-31T22:59Z',
    ]);
    expect(times('30 0 1 1 *', 'Pacific/Auckland', '2026-12-31T11:00:00Z', 1)).toEqual(['2026-12-31T11:30Z']);
  });

  it('wait for the next leap year on February 29', () => {
    expect(times('0 12 29 2 *', 'UTC', '2026-03-01T00:00:00Z', 2)).toEqual(['2028-02-29T12:00Z', '2032-02-29T12:00Z']);
    expect(times('0 12 29 2 *', 'UTC', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T12:00Z']);
  });
});

// In Berlin, 02:00 to 03:00 is skipped on 2026-03-29, and comes twice on 2026-10-25.
describe('where clocks are changed', () => {
  it('a named time that is skipped runs right after the gap, also one of several', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
    expect(times('30 2,14 * * *', 'Europe/Berlin', '2026-03-28T14:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T12:30Z',
    ]);
  });

  it('two named times that fall together after the gap are one run', () => {
    expect(times('0 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:00Z',
    ]);
  });

  it('a named time that comes twice runs once, the first time', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:45:00Z', 1)).toEqual(['2026-10-26T01:30Z']);
  });

  it('a step goes by the hours that there are: none in the gap, both of the hour that comes twice', () => {
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:15:00Z', 3)).toEqual([
      '2026-03-29T00:30Z',
      '2026-03-29T01:00Z',
      '2026-03-29T01:30Z',
    ]);
    expect(times('*/30 2 * * *', 'Europe/Berlin', '2026-10-24T23:45:00Z', 5)).toEqual([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-26T01:00Z',
    ]);
  });

  it('half an hour counts as well, as on Lord Howe Island', () => {
    // 2026-04-05 02:00 becomes 01:30.
    expect(times('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z', 2)).toEqual([
      '2026-04-04T14:45Z',
      '2026-04-05T15:15Z',
    ]);
  });

  it('counting from any time in between gives the same times', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/Sao_Paulo',
    ];
    const crons = [
      '30 2 * * *',
      '*/30 * * * *',
      '0,30 1-3 * * *',
      '15 2 29 2 *',
      '*/5 * * * * *',
      '0 2,14 * * SUN',
      '0 0 L * *',
    ];
    const from = fc.integer({
      min: Date.parse('2026-01-01T00:00:00Z') / 500,
      max: Date.parse('2028-12-31T00:00:00Z') / 500,
    });
    const near = fc
      .constantFrom('2026-03-29T00:00:00Z', '2026-10-25T00:00:00Z', '2026-11-01T05:00:00Z', '2026-04-04T14:00:00Z')
      .chain((text) => fc.integer({ min: 0, max: 14_400 }).map((n) => (Date.parse(text) + n * 500) / 500));
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...crons), fc.oneof(from, near), fc.double({ min: 0, max: 1, noNaN: true }), (zone, cron, start, share) => {
        const occurrences = read(cron, zone);
        const first = occurrences.after(start * 500)!;
        const between = Math.floor(start * 500 + share * (first - start * 500 - 1));
        expect(first).toBeGreaterThan(start * 500);
        expect(occurrences.after(between)).toBe(first);
        expect(occurrences.after(first - 1)).toBe(first);
        expect(occurrences.after(first)).toBeGreaterThan(first);
      }),
      { numRuns: 500 },
    ); // prettier-ignore
  });
});

describe('refuses', () => {
  it.each([
    ['* * * *', 'These are 4 fields: give five fields (minute hour day month weekday), or six with seconds first.'],
    ['@daily', 'This is one field: give five fields (minute hour day month weekday), or six with seconds first.'],
    ['* * * * * * 2027', 'These are 7 fields: give five fields (minute hour day month weekday), or six with seconds first.'],
    ['61 * * * *', 'Not a cron expression: Invalid value for minute: 61. Give five fields (minute hour day month weekday), or six with seconds first.'],
    ['? 3 * * *', 'Use * instead of ?.'],
    ['0 0 30 2 *', 'There is no such day, so this would never run.'],
    ['* * * * * *', 'Runs would be 1 s apart; at least 5 s have to lie between two.'],
    ['*/4 * * * * *', 'Runs would be 4 s apart; at least 5 s have to lie between two.'],
    ['1,58 0 0 1 1 *', 'Runs would be 3 s apart; at least 5 s have to lie between two.'],
  ])('%s', (cron, detail) => expect(fault(cron)).toEqual({ pointer: '/cron', detail })); // prettier-ignore

  it('a time zone that is none, and one that is only an offset', () => {
    const detail = (zone: string) => `There is no time zone "${zone}". Use an IANA name, e.g. Europe/Berlin or UTC.`;
    for (const zone of ['Europe/Nowhere', '+01:00', ''])
      expect(fault('0 0 * * *', zone)).toEqual({ pointer: '/timeZone', detail: detail(zone) });
  });

  it('nothing that is 5 s apart or more', () => {
    for (const cron of ['*/5 * * * * *', '0 * * * * *', '30 0 0 1 1 *', '2,57 * * * * *'])
      expect(fault(cron)).toBeUndefined();
  });
});
