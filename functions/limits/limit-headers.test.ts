import { limitHeaders, mergeLimitHeaders } from './limit-headers.ts';

it('are structured fields, one item for each limit', () => {
  const quotas = [
    { policy: 'owner', limit: 100, windowS: 1, remaining: 42, resetS: 1 },
    { policy: 'backlog', limit: 1000, remaining: 0, resetS: 30 },
  ];
  expect(limitHeaders(quotas)).toEqual({
    'ratelimit-policy': '"owner";q=100;w=1, "backlog";q=1000',
    ratelimit: '"owner";r=42;t=1, "backlog";r=0;t=30',
  });
  expect(limitHeaders([])).toEqual({});
});

it('of a batch say the longest time to wait, and of each limit the least that was left', () => {
  const policy = { 'ratelimit-policy': '"owner";q=9;w=1' };
  const answers = [
    { ...policy, ratelimit: '"owner";r=8;t=1' },
    { ...policy, ratelimit: '"owner";r=0;t=1', 'retry-after': '1' },
    { 'ratelimit-policy': '"backlog";q=10', ratelimit: '"backlog";r=0;t=30', 'retry-after': '30' },
    { ...policy, ratelimit: '"owner";r=7;t=1' },
    {},
  ];
  expect(mergeLimitHeaders(answers)).toEqual({
    'ratelimit-policy': '"owner";q=9;w=1, "backlog";q=10',
    ratelimit: '"owner";r=0;t=1, "backlog";r=0;t=30',
    'retry-after': '30',
  });
  expect(mergeLimitHeaders([{}, {}])).toEqual({});
});
