-- Counts what happens to tasks, for GetStats: one field of one hash for each kind
-- of change, which functions/stats/lua/merge-counts.lua adds up later, off the way of the tasks.
local countedSpanMs = 10 * 1000

-- Durations are counted in steps: step 0 is below a millisecond, each further one ends 2^(1/3) times later than the one
-- before. functions/stats/durations.ts knows the same steps.
function lib.stepOf(ms)
  if ms < 1 then return 0 end
  return math.min(math.floor(3 * math.log(ms) / math.log(2)) + 1, 99)
end

-- Since when a task has been due: accepted, its time come, or replayed, whichever was last.
function lib.dueSince(task)
  return math.max(tonumber(task.createdAt), tonumber(task.scheduledFor or 0), task.replays and tonumber(task.queuedAt) or 0)
end

function lib.countedAs(task, kind)
  if kind == 'queued' or kind == 'scheduled' then return 'submitted' end
  if kind == 'retrying' or kind == 'dead-lettered' then return kind .. ':' .. task.type end
  if kind ~= 'completed' then return kind end
  -- Written by start.lua: how long the first attempt was waited for, and when the last one began.
  local waitMs, startedAt = string.match(task.timing or '', '^(%d+):(%d+)$')
  return kind .. ':' .. lib.stepOf(tonumber(waitMs or 0)) .. ':' .. lib.stepOf(now - (startedAt or now)) .. ':' .. lib.stepOf(now - lib.dueSince(task))
end

-- What a batch adds to: spans, their hashes, and fields of those.
local counted = {}

function lib.count(task, kind)
  if kind == 'started' or kind == 'progress' then return end
  local start = lib.int(math.floor(now / countedSpanMs) * countedSpanMs)
  local counts = lib.key('pending-counts', start, task.owner)
  counted[counts] = counted[counts] or { start = start, by = {} }
  local by, field = counted[counts].by, lib.countedAs(task, kind)
  by[field] = (by[field] or 0) + 1
end

function lib.flushCounts()
  for counts, span in pairs(counted) do
    for field, number in pairs(span.by) do
      -- Merging deletes the hash, so it needs no expiry; a field that is new may mean that the hash is, too.
      if redis.call('HINCRBY', counts, field, number) == number then
        redis.call('ZADD', lib.key('pending-counts'), span.start, counts)
      end
    end
  end
end
