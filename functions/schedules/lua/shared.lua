-- Stands before every script of this folder.
-- KEYS[1] is the hash of the schedule; every other key carries the same hash tag, so a script stays in one slot of a cluster.
local tag = string.match(KEYS[1], '^{[^}]*}')
local id = string.match(KEYS[1], ':schedule:(.*)$')

local function key(...)
  return tag .. ':' .. table.concat({ ... }, ':')
end
local runsKey, voidKey = key('schedule-runs', id), key('schedule-void', id)

-- The schedule's fields as a table, or nil when there is none, or none of this owner ('' for an operator).
local function read(owner)
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  local schedule = {}
  for i = 1, #flat, 2 do schedule[flat[i]] = flat[i + 1] end
  if owner and owner ~= '' and schedule.owner ~= owner then return nil end
  return schedule
end

-- A new version: runs of the old one that wait for a time from `min` on are to be cancelled, and no more will be submitted.
-- Where those that are cancelled will be made anew (`anew`), what stays stays from the beginning on: the new version goes on
-- behind the last run that has started, so none before that may be cancelled.
local function renew(schedule, min, anew)
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  local runs = redis.call('ZREVRANGEBYSCORE', runsKey, '+inf', min, 'WITHSCORES')
  for i = 1, #runs, 2 do
    local state, attempt = unpack(redis.call('HMGET', key('task', runs[i]), 'state', 'attempt'))
    if attempt == '0' and (state == 'scheduled' or state == 'queued') then
      redis.call('ZADD', voidKey, runs[i + 1], runs[i])
    elseif state ~= 'cancelled' then
      -- The clocks of two machines differ a little: what has started is not to be run again by the new version.
      if tonumber(runs[i + 1]) > tonumber(schedule.ranUntil or 0) then
        schedule.ranUntil = runs[i + 1]
        redis.call('HSET', KEYS[1], 'ranUntil', schedule.ranUntil)
      end
      if anew then return end
    end
  end
end

-- Puts the schedule where the timer finds it: at once while runs are to be cancelled, else when its next run is near.
local function arrange()
  local schedule = read()
  if redis.call('EXISTS', voidKey) == 1 then
    redis.call('ZADD', key('schedules-due'), 0, id)
  elseif schedule and schedule.cursor ~= '' then
    redis.call('ZADD', key('schedules-due'), schedule.cursor, id)
  else
    redis.call('ZREM', key('schedules-due'), id)
    if not schedule then redis.call('DEL', runsKey) end
  end
end
