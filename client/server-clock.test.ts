import { ServerClock } from './server-clock.ts';

const noon = Date.UTC(2026, 10, 21, 12);
const hours = 3_600_000;

/** A local clock that a test sets. */
function clockAt(time: number) {
  const local = { time };
  return { local, clock: new ServerClock(() => local.time) };
}
const header = (ms: number) => new Date(ms).toUTCString();

describe('the server’s clock', () => {
  it('is the local one while the two may agree', () => {
    const { local, clock } = clockAt(noon + 400);
    expect(clock.ahead).toBe(0);
    local.time += 30;
    clock.learn(header(noon), noon + 400);
    expect(clock.ahead).toBe(0);
  });

  it('is known to a fraction of a second after some answers, however wrong the local clock', () => {
    const { local, clock } = clockAt(noon + 5 * hours + 123);
    for (let i = 0; i < 20; i += 1) {
      const sentAt = local.time;
      local.time += 20;
      clock.learn(header(Math.floor((local.time - 10 - 5 * hours) / 1000) * 1000), sentAt);
      local.time += 137;
    }
    expect(Math.abs(clock.ahead + 5 * hours)).toBeLessThan(150);
  });

  it('is learned anew when a clock was set', () => {
    const { local, clock } = clockAt(noon);
    clock.learn(header(noon - 2 * hours), noon - 10);
    expect(Math.abs(clock.ahead + 2 * hours)).toBeLessThan(1_000);
    local.time = noon - 2 * hours + 60_000;
    clock.learn(header(local.time), local.time - 10);
    expect(clock.ahead).toBe(0);
  });

  it('learns nothing from answers without a date', () => {
    const { clock } = clockAt(noon);
    clock.learn(null, noon);
    clock.learn('yesterday', noon);
    expect(clock.now()).toBe(noon);
  });
});
