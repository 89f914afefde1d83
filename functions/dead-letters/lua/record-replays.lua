-- Writes down what became of some tasks of a plan, keeps the lease, and answers how the plan stands.
-- Each task counts once, however often it is written down, and whoever does it.
-- ARGV: now, lease token, length of the lease (ms), when the next task may go (ms, or '' where nothing changes),
--       then for each task: ID, outcome ('replayed' | 'completed' | 'failed' | 'cancelled' | a reason to skip it),
--       detail (number of the replay | '' | refusal as JSON)
-- → {'held' | 'lost', standing}
local token, leaseMs, nextAt = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local plan = read()
if not plan then return { 'lost', standing() } end
for i = 5, #ARGV, 3 do
  local task, outcome, detail = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if outcome == 'replayed' then
    if redis.call('ZREM', remaining, task) == 1 then
      redis.call('ZADD', outstanding, detail, task)
      redis.call('HINCRBY', KEYS[1], 'replayed', 1)
    end
  elseif outcome == 'completed' or outcome == 'failed' or outcome == 'cancelled' then
    if redis.call('ZREM', outstanding, task) == 1 then redis.call('HINCRBY', KEYS[1], outcome, 1) end
  elseif redis.call('ZREM', remaining, task) == 1 then
    refuse(outcome, detail)
  end
end
local held = plan.leaseToken == token
if held then
  redis.call('HSET', KEYS[1], 'leaseUntil', int(now + leaseMs))
  redis.call('ZADD', key('replays-driven'), int(now), id)
  if nextAt ~= '' then redis.call('HSET', KEYS[1], 'nextReplayAt', nextAt) end
end
settle(plan)
keep()
return { held and 'held' or 'lost', standing() }
