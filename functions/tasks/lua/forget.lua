-- For the sweeper: deletes all that is kept of a finished task in Redis. ARGV: now, how long finished tasks are kept (ms)
-- → the blobs that its payload is or was in
-- The sweeper's clock may be ahead, by years in a machine that has just started: here it is that of Redis, which wrote the times.
local finishedAt = lib.awaits('finished')
if finishedAt and tonumber(finishedAt) + tonumber(ARGV[2]) > now then return {} end
-- What history is to have, and has not yet, is read from the record.
if keepsHistory and lib.awaits('unpublished') then return {} end
local task = lib.read()
lib.awaitNoMore('finished')
lib.awaitNoMore('unpublished')
if not task or not task.finishedAt or (task.state == 'dead-lettered' and not task.discarded) then return {} end
lib.unindex(task)
-- A callback that could not be submitted in all that time.
lib.awaitNoMore('callbacks')
local blobs = redis.call('SMEMBERS', lib.key('earlier-blobs', id))
if task.payloadBlob then blobs[#blobs + 1] = task.payloadBlob end
redis.call('DEL', KEYS[1], lib.key('payload', id), lib.key('result', id), lib.key('steps', id),
  lib.key('errors', id), lib.key('edits', id), lib.key('original-payload', id), lib.key('earlier-blobs', id), lib.key('replay-plans', id),
  lib.key('receipts', id), lib.key('logs', id))
lib.forgetTimeline()
return blobs
