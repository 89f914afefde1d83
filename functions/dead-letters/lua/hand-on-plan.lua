-- Ends a slice, so that the next one may begin: its message is to be sent then. Without a token, it is the sweeper that asks:
-- it steps in for a driver that is gone.
-- ARGV: now, lease token|'', when the next slice is due → slice, or 0 when somebody drives the plan or nothing is to be done
local token, dueAt = ARGV[2], ARGV[3]
local plan = read()
if not plan or not redis.call('ZSCORE', key('replays-driven'), id) then
  redis.call('ZREM', key('replays-driven'), id)
  return 0
end
if token ~= '' and plan.leaseToken ~= token then return 0 end
if token == '' and plan.leaseToken and tonumber(plan.leaseUntil) > now then return 0 end
redis.call('HDEL', KEYS[1], 'leaseToken', 'leaseUntil')
redis.call('ZADD', key('replays-driven'), dueAt, id)
return redis.call('HINCRBY', KEYS[1], 'slice', 1)
