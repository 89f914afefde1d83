-- Stands before every script of this folder. A plan replays dead letters; its keys carry the hash tag of its owner's partition:
--   replay:<id>              hash: the plan
--   replay-remaining:<id>    sorted set of task IDs not yet looked at; all scores are 0, so oldest tasks come first
--   replay-outstanding:<id>  sorted set of task IDs that are on their way again; the score is the number of the replay
--   replay-skipped:<id>      hash: how many were refused, by reason
--   replay-refusals:<id>     list: the first refusals (JSON)
--   replays[:<owner>]        sorted set of plan IDs, ordered by time
--   replays-driven           sorted set of plans that have something to do; the score is when they were last heard of
-- ARGV[1] is the time in milliseconds, or '' for the clock of Redis.
local tag = string.match(KEYS[1], '^{[^}]*}')
local id = string.match(KEYS[1], ':replay:(.*)$')
local keptMs = 90 * 24 * 60 * 60 * 1000
local refusalsKept = 100

local function key(...)
  return tag .. ':' .. table.concat({ ... }, ':')
end

local function int(number)
  return string.format('%.0f', number)
end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local now = tonumber(ARGV[1]) or clock()

local remaining, outstanding = key('replay-remaining', id), key('replay-outstanding', id)
local skipped, refusals = key('replay-skipped', id), key('replay-refusals', id)

-- The plan's fields as a table, or nil when there is no such plan.
local function read()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  local plan = {}
  for i = 1, #flat, 2 do plan[flat[i]] = flat[i + 1] end
  return plan
end

-- How a plan stands, in the order that plan-record.ts reads.
local function standing()
  return {
    redis.call('HGETALL', KEYS[1]), redis.call('ZCARD', remaining), redis.call('ZCARD', outstanding),
    redis.call('HGETALL', skipped),
  }
end

-- The same, with the first refusals.
local function view()
  local all = standing()
  all[5] = redis.call('LRANGE', refusals, 0, -1)
  return all
end

local function keep()
  for _, name in ipairs({ KEYS[1], remaining, outstanding, skipped, refusals }) do
    redis.call('PEXPIRE', name, keptMs)
  end
end

local function refuse(reason, refusal)
  redis.call('HINCRBY', KEYS[1], 'skipped', 1)
  redis.call('HINCRBY', skipped, reason, 1)
  if redis.call('LLEN', refusals) < refusalsKept then redis.call('RPUSH', refusals, refusal) end
end

-- Nothing more is to be done, for now or for ever.
local function rest()
  redis.call('HDEL', KEYS[1], 'leaseToken', 'leaseUntil')
  redis.call('ZREM', key('replays-driven'), id)
end

-- A plan that was stopped or has replayed all goes on until the last task it replayed has ended, so that its counts are final.
local function settle(plan)
  if redis.call('ZCARD', outstanding) > 0 then return end
  if plan.state == 'running' and redis.call('ZCARD', remaining) == 0 then
    redis.call('HSET', KEYS[1], 'state', 'completed', 'finishedAt', int(now))
    plan.state = 'completed'
  end
  if plan.state == 'stopped' and not plan.finishedAt then redis.call('HSET', KEYS[1], 'finishedAt', int(now)) end
  if plan.state ~= 'running' then rest() end
end
