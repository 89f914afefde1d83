-- Stands before every script of this folder.
-- KEYS[1] is the hash of the task; every other key carries the same hash tag, so a script stays in one slot of a cluster.
-- ARGV[1] is the time in milliseconds, or '' for the clock of Redis.
local tag = string.match(KEYS[1], '^{[^}]*}')
local id = string.match(KEYS[1], ':task:(.*)$')
local partition = tonumber(string.match(tag, '(%x)}$'), 16)
local eventsKeptPerOwner, eventsKeptInFeed = 10000, 100000
local eventsKeptMs = 7 * 24 * 60 * 60 * 1000

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

-- The task's fields as a table, or nil when there is no such task.
local function read()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  local task = {}
  for i = 1, #flat, 2 do task[flat[i]] = flat[i + 1] end
  return task
end

-- Cursors grow with time and are unique over all partitions: the partition is the last hexadecimal digit of the sequence.
local function nextCursor()
  local last = redis.call('GET', key('clock')) or '0-0'
  local lastMs, lastSequence = string.match(last, '^(%d+)-(%d+)$')
  lastMs, lastSequence = tonumber(lastMs), tonumber(lastSequence)
  local cursor
  if lastMs >= now then
    cursor = int(lastMs) .. '-' .. int((math.floor(lastSequence / 16) + 1) * 16 + partition)
  else
    cursor = int(now) .. '-' .. int(partition)
  end
  redis.call('SET', key('clock'), cursor)
  return cursor, last
end

local function lastCursor(stream)
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

-- Appends an event to the owner's stream, to the feed of all owners and, but for progress, to the task's timeline.
-- `details` is JSON to splice in, starting with a comma; `result` likewise, and is left out of the timeline.
-- The event carries no time of its own: it is the cursor's.
local function append(owner, kind, state, attempt, details, result)
  local own = key('events', owner)
  local previous = lastCursor(own)
  local cursor, lastInFeed = nextCursor()
  local head = '{"cursor":"' .. cursor .. '"'
    .. (previous and ',"previous":"' .. previous .. '"' or '')
    .. ',"taskId":"' .. id .. '","kind":"' .. kind .. '","state":"' .. state .. '","attempt":' .. int(attempt)
    .. (details or '')
  local event = head .. (result or '') .. '}'
  redis.call('XADD', own, 'MAXLEN', '~', eventsKeptPerOwner, cursor, 'event', event)
  redis.call('PEXPIRE', own, eventsKeptMs)
  redis.call('XADD', key('feed'), 'MAXLEN', '~', eventsKeptInFeed, cursor, 'event', event, 'previous', lastInFeed)
  if kind ~= 'progress' then redis.call('RPUSH', key('timeline', id), head .. '}') end
  return event
end

-- Moves the task between the indexes of its owner and of all owners; `from` is nil for a new one.
local function index(owner, from, to)
  if from == to then return end
  if from then
    redis.call('ZREM', key('by-state', from), id)
    redis.call('ZREM', key('by-state', from, owner), id)
  else
    redis.call('ZADD', key('by-state', 'any'), 0, id)
    redis.call('ZADD', key('by-state', 'any', owner), 0, id)
  end
  redis.call('ZADD', key('by-state', to), 0, id)
  redis.call('ZADD', key('by-state', to, owner), 0, id)
end

local function enter(task, state)
  index(task.owner, task.state, state)
  redis.call('HSET', KEYS[1], 'state', state)
  task.state = state
end

-- What every ending has in common: the lease and whatever waits for the task are let go, retention starts.
local function finish(task, state)
  enter(task, state)
  redis.call('HSET', KEYS[1], 'finishedAt', int(now))
  redis.call('HDEL', KEYS[1], 'nextAttemptAt', 'leaseUntil')
  redis.call('ZREM', key('leases'), id)
  redis.call('ZREM', key('outbox'), id)
  redis.call('ZREM', key('expiring'), id)
  -- Dead letters stay until somebody replays or discards them.
  if state ~= 'dead-lettered' then redis.call('ZADD', key('finished'), int(now), id) end
end

local function expire(task)
  finish(task, 'expired')
  return append(task.owner, 'expired', 'expired', task.attempt)
end
