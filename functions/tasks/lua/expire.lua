-- Expires a task that is still waiting after its time. ARGV: now → {events, owner | false}
local task = read()
if not task or task.finishedAt or task.state == 'running' or not task.expiresAt then
  redis.call('ZREM', key('expiring'), id)
  return { {}, false }
end
if tonumber(task.expiresAt) > now then return { {}, false } end
return { expire(task), task.owner }
