import { FreshToken, untilNextCheck } from './fresh-token.ts';

const minute = 60_000;
const hour = 60 * minute;
const lasting = (token: string, milliseconds: number) => ({ token, expiresOnTimestamp: Date.now() + milliseconds });

let open: FreshToken | undefined;
afterEach(() => open?.close());

/** Answers each call with the next of these; the last one for ever. Checks as often as it can, or by the token's life. */
function tokensFrom(
  answers: readonly (() => ReturnType<typeof lasting>)[],
  { warn = () => {}, isHasty = false }: { warn?: (message: string) => void; isHasty?: boolean } = {},
) {
  let calls = 0;
  const answer = async () => answers[Math.min(calls++, answers.length - 1)]!();
  const token = new FreshToken(answer, warn, isHasty ? () => 1 : untilNextCheck);
  open = token;
  return { token, calls: () => calls };
}

it('checks rarely at first, and often in the last minutes, in which a new token is given', () => {
  expect(untilNextCheck(24 * hour)).toBe(18 * hour);
  for (let remaining = 24 * hour, left = Infinity; left > 5 * minute; remaining = left) {
    left = remaining - untilNextCheck(remaining);
    expect(left).toBeGreaterThanOrEqual(3 * minute);
  }
});

it('gives the same token as long as it is valid', async () => {
  const { token, calls } = tokensFrom([() => lasting('first', hour)]);
  expect(await Promise.all([token.get(), token.get()])).toEqual(['first', 'first']);
  expect(await token.get()).toBe('first');
  expect(calls()).toBe(1);
});

it('fetches a new one before the old one expires, and tells of it', async () => {
  const { token } = tokensFrom([() => lasting('first', hour), () => lasting('second', hour)], { isHasty: true });
  const renewed = new Promise((resolve) => token.onRenewed(resolve));
  expect(await token.get()).toBe('first');
  expect(await renewed).toBe('second');
  expect(await token.get()).toBe('second');
});

it('says nothing when it is given the same token again', async () => {
  const first = () => lasting('first', hour);
  const { token } = tokensFrom([first, first, first, () => lasting('second', hour)], { isHasty: true });
  const told: string[] = [];
  const renewed = new Promise((resolve) => token.onRenewed((text) => resolve(told.push(text))));
  await token.get();
  await renewed;
  expect(told).toEqual(['second']);
});

it('tries again when there is none, says so each time, and lets everybody wait', async () => {
  const warnings: string[] = [];
  const fail = () => {
    throw new Error('no identity here');
  };
  const { token } = tokensFrom([fail, fail, () => lasting('at last', hour)], {
    warn: (message) => warnings.push(message),
  });
  expect(await Promise.all([token.get(), token.get()])).toEqual(['at last', 'at last']);
  expect(warnings).toEqual(['no identity here', 'no identity here']);
});

it('lets who waits go when it is closed', async () => {
  const { token } = tokensFrom([
    () => {
      throw new Error('never');
    },
  ]);
  const waiting = token.get();
  token.close();
  expect(await waiting).toBe('');
});
