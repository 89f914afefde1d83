-- The broker has the message for an attempt: takes the task out of the outbox and, the first time, announces it.
-- ARGV: now, attempt of the message → {events, queuedAt | false}
local task = read()
if not task then return { {}, false } end
local events = {}
if tonumber(task.attempt) + 1 == tonumber(ARGV[2]) then redis.call('ZREM', key('outbox'), id) end
if not task.announced and (task.state == 'queued' or task.state == 'scheduled') then
  redis.call('HSET', KEYS[1], 'announced', 1)
  if task.state == 'queued' then redis.call('HSET', KEYS[1], 'queuedAt', int(now)) end
  events[1] = append(task.owner, task.state, task.state, 0)
end
return { events, redis.call('HGET', KEYS[1], 'queuedAt') }
