-- ARGV: now, 'pause' | 'resume' | 'stop', owner who asks, or '' for an operator, reason|''
-- → {'done', view} | {'forbidden-state', view} | {'unknown'}
local action, owner, reason = ARGV[2], ARGV[3], ARGV[4]
local plan = read()
if not plan or (owner ~= '' and plan.owner ~= owner) then return { 'unknown' } end
local into = ({ pause = 'paused', resume = 'running', stop = 'stopped' })[action]
if plan.state == into then return { 'done', view() } end
if plan.state == 'stopped' or plan.state == 'completed' then return { 'forbidden-state', view() } end
redis.call('HSET', KEYS[1], 'state', into)
if reason ~= '' then redis.call('HSET', KEYS[1], 'reason', reason) end
plan.state = into
-- A paused plan may have come to rest: somebody has to drive it again.
if into == 'running' then redis.call('ZADD', key('replays-driven'), int(now), id) end
-- A driver at work may have tasks in hand that are not written down yet: it comes by, and sees itself when all is done.
if not (plan.leaseToken and tonumber(plan.leaseUntil) > now) then settle(plan) end
return { 'done', view() }
