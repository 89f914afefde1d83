import { createTaskId, firstTaskIdAt, isTaskId, partitionOf, partitionOfTask } from './task-id.ts';

describe('task IDs', () => {
  it('are UUIDs of version 7 that end in the partition of their owner', () => {
    for (const owner of ['ada', 'bob', 'x'.repeat(500), '']) {
      const id = createTaskId(owner, Date.now());
      expect(isTaskId(id)).toBe(true);
      expect(partitionOfTask(id)).toBe(partitionOf(owner));
    }
  });

  it('sort by time', () => {
    const times = [0, 1, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000];
    const ids = times.map((time) => createTaskId('ada', time));
    expect([...ids].sort()).toEqual(ids);
    expect(firstTaskIdAt(times[3]!) > ids[2]!).toBe(true);
    expect(firstTaskIdAt(times[3]!) <= ids[3]!).toBe(true);
  });

  it('differ within one millisecond', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => createTaskId('ada', 1))).size).toBe(1_000);
  });

  it('sort as they were made within one millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => createTaskId('ada', 1_700_000_000_002));
    expect([...ids].sort()).toEqual(ids);
  });

  it('are told from other texts', () => {
    for (const text of [
      '',
      'x',
      '../etc/passwd',
      '018f0000-0000-4000-8000-000000000000',
      '018F0000-0000-7000-8000-000000000000',
    ]) {
      expect(isTaskId(text)).toBe(false);
    }
  });
});
