-- Takes back a task whose message could not be sent, as if it had never been submitted. Should the message have reached
-- the broker after all, the tombstone tells its receiver that nothing was lost.
-- ARGV: now, how long the tombstone is kept (ms) → 1, or 0 when the task has been announced, or has ended, meanwhile: clients were told
local task = lib.read()
if task and (task.announced or task.finishedAt) then return 0 end
-- Also without a task: its acceptance may still be on the way, on another connection.
redis.call('SET', lib.key('withdrawn', id), 1, 'PX', ARGV[2])
if not task then return 1 end
lib.awaitNoMore('outbox')
lib.awaitNoMore('expiring')
lib.leaveWindow(task)
lib.leaveOrder(task)
lib.unindex(task)
if task.idempotencyKey then redis.call('DEL', lib.ownKey('idempotency', task.owner, task.idempotencyKey)) end
redis.call('DEL', KEYS[1], lib.key('payload', id))
lib.forgetTimeline()
return 1
