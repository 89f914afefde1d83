-- Submits a run of a schedule, and moves the schedule on to its next: one step, so that no run is lost or made twice.
-- Stands behind `accept`, which is accept.lua made a function. KEYS[1] is the hash of the new task.
-- The last of ARGV, behind those of accept.lua: schedule ID, version and cursor that were read, time of this run, next cursor|''
-- → as accept.lua | {'moved'} when somebody else has gone on, or the schedule has changed
local scheduleId, version, cursor, occurrence, next = unpack(ARGV, #ARGV - 4)
local scheduleKey, runsKey = lib.key('schedule', scheduleId), lib.key('schedule-runs', scheduleId)
-- Enough for all that are made up for and all ahead. Older ones are of interest only as long as they wait: they are cancelled when the
-- schedule is paused or deleted. So many of them are looked at each time, at either end.
local runsKept, runsLookedAt = 200, 10

local function forgetStarted(first, last)
  for _, run in ipairs(redis.call('ZRANGE', runsKey, first, last)) do
    local state, attempt = unpack(redis.call('HMGET', lib.key('task', run), 'state', 'attempt'))
    local waits = attempt == '0' and (state == 'scheduled' or state == 'queued')
    if not waits then redis.call('ZREM', runsKey, run) end
  end
end

local function forgetOldRuns()
  local old = redis.call('ZCARD', runsKey) - runsKept
  if old <= 0 then return end
  forgetStarted(0, math.min(old, runsLookedAt) - 1)
  old = redis.call('ZCARD', runsKey) - runsKept
  if old > 0 then forgetStarted(math.max(0, old - runsLookedAt), old - 1) end
end

-- The same command again, after a reply that got lost on its way.
if redis.call('EXISTS', KEYS[1]) == 1 then return accept() end

local schedule = redis.call('HMGET', scheduleKey, 'version', 'cursor', 'ranUntil')
if schedule[1] ~= version or schedule[2] ~= cursor then return { 'moved' } end
if redis.call('EXISTS', lib.key('schedule-void', scheduleId)) == 1 then return { 'moved' } end
if schedule[3] and tonumber(occurrence) <= tonumber(schedule[3]) then return { 'moved' } end

local reply = accept()
if reply[1] ~= 'accepted' then return reply end
redis.call('ZADD', runsKey, occurrence, id)
forgetOldRuns()
redis.call('HSET', scheduleKey, 'cursor', next)
redis.call('HDEL', scheduleKey, 'error')
if next == '' then
  redis.call('ZREM', lib.key('schedules-due'), scheduleId)
else
  redis.call('ZADD', lib.key('schedules-due'), next, scheduleId)
end
return reply
