-- For the sweeper: expires a task that is still waiting after its time. ARGV: now → {events}
local task = read()
if not task or task.finishedAt or task.state == 'running' or not task.expiresAt then
  redis.call('ZREM', key('expiring'), id)
  return { {} }
end
if tonumber(task.expiresAt) > now then return { {} } end
return { { expire(task) } }
