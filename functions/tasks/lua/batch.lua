-- Stands behind the steps, which are functions in `steps` by now, and takes those that are asked for, one after the other.
-- KEYS: for each step the hash of its task. ARGV: for each step its name, how many arguments it has, and these; last 1 where history is kept, else ''
-- → for each step {1, its reply, flat fields of each task that was woken, 1 where its task has ended}, or {0, what went wrong}: a step that fails
--   keeps none of the others
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local clockNow

local function begin(record, first, last)
  KEYS, ARGV, recordRead, current, changed, woken, ended = { record }, {}, nil, nil, {}, {}, false
  for i = first, last do ARGV[#ARGV + 1] = batchArguments[i] end
  lib.beginScores()
  id = string.match(record, ':task:(.*)$')
  now = tonumber(ARGV[1])
  if not now then
    clockNow = clockNow or clock()
    now = clockNow
  end
end

local function take(step)
  local reply = step()
  lib.save()
  lib.keepScores()
  return reply
end

local replies, at = {}, 1
for n, record in ipairs(batchKeys) do
  local first = at + 2
  at = first + tonumber(batchArguments[at + 1])
  begin(record, first, at - 1)
  local done, reply = pcall(take, steps[batchArguments[first - 2]])
  replies[n] = done and { 1, reply, woken, ended and 1 } or { 0, type(reply) == 'table' and reply.err or tostring(reply) }
end
lib.flushScores()
lib.flushEvents()
lib.flushCounts()
return replies
