import { laneOf, lanes, lanesAmong } from './lanes.ts';

it('has a lane for each priority and one for ordering keys, each with a function of its own', () => {
  expect(Object.fromEntries(lanes.map(({ queue, functionName }) => [queue, functionName]))).toMatchObject({
    tasks: 'ProcessQueue',
    'tasks-high': 'ProcessQueueHigh',
    'tasks-low': 'ProcessQueueLow',
    'tasks-ordered': 'ProcessQueueOrdered',
  });
});

it('sends a task by its priority, and by its ordering key before that', () => {
  const task = { owner: 'ada', priority: 'high' } as const;
  expect(laneOf(task)).toBe('tasks-high');
  expect(laneOf({ ...task, orderingKey: 'k' })).toBe('tasks-ordered');
});

it('spreads owners, and ordering keys, over the queues of a lane, always the same way', () => {
  const split = lanesAmong([
    'tasks',
    'tasks-1',
    'tasks-2',
    'tasks-high',
    'tasks-ordered',
    'tasks-ordered-1',
    'replays',
  ]);
  expect(split.map(({ functionName }) => functionName)).toEqual([
    'ProcessQueue',
    'ProcessQueue1',
    'ProcessQueue2',
    'ProcessQueueHigh',
    'ProcessQueueOrdered',
    'ProcessQueueOrdered1',
  ]);
  const queues = Array.from({ length: 100 }, (_, n) => laneOf({ owner: `owner-${n}`, priority: 'normal' }, split));
  expect(new Set(queues)).toEqual(new Set(['tasks', 'tasks-1', 'tasks-2']));
  const again = Array.from({ length: 100 }, (_, n) => laneOf({ owner: `owner-${n}`, priority: 'normal' }, split));
  expect(again).toEqual(queues);
  const key = { priority: 'normal', orderingKey: 'one' } as const;
  expect(laneOf({ ...key, owner: 'ada' }, split)).toBe(laneOf({ ...key, owner: 'bob' }, split));
});
