import { StepsUnderWay } from './steps-under-way.ts';

/** A step that ends when it is told to. */
function longStep() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { run: () => promise, resolve, reject };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('waits for the other steps of a Promise.all in which one failed, and gives that failure', async () => {
  const steps = new StepsUnderWay(new AbortController().signal);
  const charge = longStep();
  const ended = jest.fn();
  const attempt = steps.settledAfter(async () => {
    await Promise.all([steps.watch(charge.run), steps.watch(() => Promise.reject(new Error('no stock')))]);
  });
  attempt.catch(ended);
  await turn();
  expect(ended).not.toHaveBeenCalled();
  charge.resolve('charged');
  await expect(attempt).rejects.toThrow('no stock');
});

it('waits for a step that the handler has forgotten, whose failure is the attempt’s', async () => {
  const steps = new StepsUnderWay(new AbortController().signal);
  const [well, badly] = [longStep(), longStep()];
  const forgetting = (step: ReturnType<typeof longStep>) => async () => {
    void steps.watch(step.run);
    return 'result';
  };
  const attempt = steps.settledAfter(forgetting(well));
  await turn();
  well.resolve('done');
  expect(await attempt).toBe('result');
  const other = new StepsUnderWay(new AbortController().signal);
  const failing = other.settledAfter(async () => void other.watch(badly.run));
  await turn();
  badly.reject(new Error('declined'));
  await expect(failing).rejects.toThrow('declined');
});

it('leaves a failure that the handler has dealt with to the handler', async () => {
  const steps = new StepsUnderWay(new AbortController().signal);
  const caught = () => steps.watch(() => Promise.reject(new Error('declined'))).catch(() => 'instead');
  expect(await steps.settledAfter(caught)).toBe('instead');
});

it('begins no step when the handler has ended, or its attempt was interrupted', async () => {
  const run = jest.fn(async () => 1);
  const ended = new StepsUnderWay(new AbortController().signal);
  await ended.settledAfter(async () => undefined);
  await expect(ended.watch(run)).rejects.toThrow(/has ended/);
  const interrupted = new StepsUnderWay(AbortSignal.abort(new Error('time-limit')));
  await expect(interrupted.watch(run)).rejects.toThrow('time-limit');
  expect(run).not.toHaveBeenCalled();
});
