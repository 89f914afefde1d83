-- Makes a plan of the tasks that have been put down for it. Until then its keys are forgotten within the hour.
-- ARGV: now, owner, scope ('' for tasks of all owners, else the owner), request (JSON), matched,
--       then reason and refusal (JSON) of each task that was named and is no dead letter
-- → view
if redis.call('EXISTS', KEYS[1]) == 1 then return view() end
local owner, scope, request, matched = unpack(ARGV, 2, 5)
redis.call('HSET', KEYS[1], 'id', id, 'owner', owner, 'scope', scope, 'request', request, 'state', 'running',
  'matched', matched, 'replayed', 0, 'completed', 0, 'failed', 0, 'cancelled', 0, 'skipped', 0,
  'slice', 1, 'createdAt', int(now))
for i = 6, #ARGV, 2 do refuse(ARGV[i], ARGV[i + 1]) end
-- Plan IDs begin with their time (UUID version 7): what is older than a plan is kept leaves the lists.
local oldest = string.format('%012x', now - keptMs)
for _, list in ipairs({ key('replays'), key('replays', owner) }) do
  redis.call('ZREMRANGEBYLEX', list, '-', '(' .. string.sub(oldest, 1, 8) .. '-' .. string.sub(oldest, 9))
  redis.call('ZADD', list, 0, id)
end
redis.call('ZADD', key('replays-driven'), int(now), id)
settle(read())
keep()
return view()
