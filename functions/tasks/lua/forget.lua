-- For the sweeper: deletes all that is kept of a finished task in Redis. ARGV: now → the blobs that its payload is or was in
local task = read()
redis.call('ZREM', key('finished'), id)
if not task or not task.finishedAt or (task.state == 'dead-lettered' and not task.discarded) then return {} end
unindex(task)
local blobs = redis.call('SMEMBERS', key('earlier-blobs', id))
if task.payloadBlob then blobs[#blobs + 1] = task.payloadBlob end
redis.call('DEL', KEYS[1], key('payload', id), key('result', id), key('timeline', id), key('steps', id),
  key('errors', id), key('edits', id), key('original-payload', id), key('earlier-blobs', id), key('replay-plans', id),
  key('receipts', id), key('logs', id))
return blobs
