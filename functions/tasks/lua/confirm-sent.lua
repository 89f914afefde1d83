-- The broker has the message for an attempt: announces the task, the first time. The task stays in the outbox until it
-- starts, to be looked at again some time after it was due: should its message have been lost by then, it gets another.
-- ARGV: now, attempt of the message, how often a message was sent for this attempt before, patience (ms),
--       when the message comes, where that is a hop before the task is due|''
-- → {events, queuedAt | false}
local task = read()
if not task then return { {}, false } end
local attempt, resends, patienceMs = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if tonumber(task.attempt) + 1 == attempt and tonumber(task.resends or 0) == resends and not task.parked then
  local dueAt = tonumber(task.state == 'scheduled' and task.scheduledFor or task.nextAttemptAt or now)
  if ARGV[5] ~= '' then
    set('hopAt', ARGV[5])
    dueAt = tonumber(ARGV[5])
  else
    unset('hopAt')
  end
  redis.call('ZADD', key('outbox'), 'XX', int(math.max(now, dueAt) + patienceMs), id)
  set('confirmed', ARGV[2] .. '.' .. ARGV[3])
end
return { announce(task), task.queuedAt or false }
