-- For the sweeper: a task of the outbox whose time has come: never sent, or sent and nothing came of it.
-- ARGV: now → fields, or false when there is nothing to send
local task = read()
if not task or task.finishedAt or task.state == 'running' or task.parked then
  redis.call('ZREM', key('outbox'), id)
  return false
end
renewMessageId(task)
redis.call('ZADD', key('outbox'), int(now), id)
return fields()
