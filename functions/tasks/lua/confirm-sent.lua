-- The broker has the message for an attempt: announces the task, the first time. The task stays in the outbox until it
-- starts, to be looked at again some time after it was due: should its message have been lost by then, it gets another.
-- ARGV: now, attempt of the message, how often a message was sent for this attempt before, patience (ms),
--       when the message comes, where that is a hop before the task is due|''
-- → {events, queuedAt | false}
local task = lib.read()
if not task then return { {}, false } end
local attempt, resends, patienceMs = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local waits = not task.finishedAt and task.state ~= 'running' and not task.parked
if waits and tonumber(task.attempt) + 1 == attempt and tonumber(task.resends or 0) == resends then
  local dueAt = tonumber(task.state == 'scheduled' and task.scheduledFor or task.nextAttemptAt or now)
  if ARGV[5] ~= '' then
    lib.set('hopAt', ARGV[5])
    dueAt = tonumber(ARGV[5])
  else
    lib.unset('hopAt')
  end
  lib.await('outbox', math.max(now, dueAt) + patienceMs)
  lib.set('confirmed', ARGV[2] .. '.' .. ARGV[3])
end
return { lib.announce(task), task.queuedAt or false }
