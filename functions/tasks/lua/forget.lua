-- For the sweeper: deletes all that is kept of a finished task in Redis. ARGV: now → the blob that its payload is in, or false
local task = read()
redis.call('ZREM', key('finished'), id)
if not task or not task.finishedAt then return false end
for _, state in ipairs({ 'any', task.state }) do
  redis.call('ZREM', key('by-state', state), id)
  redis.call('ZREM', key('by-state', state, task.owner), id)
end
redis.call('DEL', KEYS[1], key('payload', id), key('result', id), key('timeline', id), key('steps', id))
return task.payloadBlob or false
