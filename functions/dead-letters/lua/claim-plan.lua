-- Takes the lease of a plan for one slice of its work. ARGV: now, slice of the message, new lease token, length of the lease (ms)
-- → {'claimed', standing} | {'busy', ms until the lease ends} | {'superseded', slice that is due} | {'resting'} | {'unknown'}
local slice, token, leaseMs = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local plan = read()
if not plan then return { 'unknown' } end
if not redis.call('ZSCORE', key('replays-driven'), id) then return { 'resting' } end
if plan.leaseToken and plan.leaseToken ~= token and tonumber(plan.leaseUntil) > now then
  return { 'busy', int(tonumber(plan.leaseUntil) - now) }
end
-- An earlier slice has handed on, and died before it could send the message.
if slice < tonumber(plan.slice) then return { 'superseded', plan.slice } end
redis.call('HSET', KEYS[1], 'leaseToken', token, 'leaseUntil', int(now + leaseMs))
redis.call('ZADD', key('replays-driven'), int(now), id)
return { 'claimed', standing() }
