-- Stands before the steps, which are the other files of this folder, each made a function; batch.lua stands behind them.
-- One script takes several steps, on tasks of one partition: every key carries the same hash tag, so a script stays in one
-- slot of a cluster. While a step is taken, KEYS[1] is the hash of its task, whose `id` this is, and ARGV are its
-- arguments, of which the first is the time in milliseconds, or '' for the clock of Redis.
local batchKeys, batchArguments = KEYS, ARGV
local KEYS, ARGV, id, now, current, changed, woken
local tag = string.match(batchKeys[1], '^{[^}]*}')
local partition = tonumber(string.match(tag, '(%x)}$'), 16)
local eventsKeptPerOwner, eventsKeptInFeed = 10000, 100000
local eventsKeptMs = 7 * 24 * 60 * 60 * 1000
local errorsKeptPerTask = 20

local function key(kind, name, more)
  if more then return tag .. ':' .. kind .. ':' .. name .. ':' .. more end
  if name then return tag .. ':' .. kind .. ':' .. name end
  return tag .. ':' .. kind
end

-- Owners and names are free text: the length in front keeps `a` with `b:c` apart from `a:b` with `c`.
local function ownKey(kind, owner, name)
  return tag .. ':' .. kind .. ':' .. #owner .. ':' .. owner .. ':' .. name
end

local function int(number)
  return string.format('%d', number)
end

-- Of statistics.lua: counts what has happened to a task.
local count

-- The task's fields as a table, or nil when there is no such task.
local function read()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  local task = {}
  for i = 1, #flat, 2 do task[flat[i]] = flat[i + 1] end
  current = task
  return task
end

-- The record is written once, behind the step (see `save`): what a step sees of its task is the table, not the hash.
local function set(name, value)
  current[name] = type(value) == 'number' and int(value) or value
  changed[name] = true
end

local function unset(...)
  for _, name in ipairs({ ... }) do
    if current[name] then
      current[name] = nil
      changed[name] = true
    end
  end
end

local function increment(name)
  set(name, tonumber(current[name] or 0) + 1)
  return tonumber(current[name])
end

-- What HGETALL would answer.
local function fields()
  local flat = {}
  for name, value in pairs(current) do
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  return flat
end

local function save()
  local written, gone = {}, {}
  for name in pairs(changed) do
    if current[name] then
      written[#written + 1] = name
      written[#written + 1] = current[name]
    else
      gone[#gone + 1] = name
    end
  end
  if #written > 0 then redis.call('HSET', KEYS[1], unpack(written)) end
  if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
  changed = {}
end

-- Cursors grow with time and are unique over all partitions: the partition is the last hexadecimal digit of the sequence.
-- `lastInFeed` and `lastOf` are read once a batch, and written by `flushEvents`.
local lastInFeed
local lastOf = {}

local function nextCursor()
  lastInFeed = lastInFeed or redis.call('GET', key('clock')) or '0-0'
  local lastMs, lastSequence = string.match(lastInFeed, '^(%d+)-(%d+)$')
  lastMs, lastSequence = tonumber(lastMs), tonumber(lastSequence)
  if lastMs < now then return int(now) .. '-' .. int(partition) end
  return int(lastMs) .. '-' .. int((math.floor(lastSequence / 16) + 1) * 16 + partition)
end

local function lastCursor(owner)
  if lastOf[owner] then return lastOf[owner] end
  local last = redis.call('GET', key('last-event', owner))
  if last then return last end
  local newest = redis.call('XREVRANGE', key('events', owner), '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

local function flushEvents()
  if not next(lastOf) then return end
  redis.call('SET', key('clock'), lastInFeed)
  redis.call('PEXPIRE', key('feed'), eventsKeptMs)
  for owner, cursor in pairs(lastOf) do
    redis.call('SET', key('last-event', owner), cursor, 'PX', eventsKeptMs)
    redis.call('PEXPIRE', key('events', owner), eventsKeptMs)
  end
end

-- Appends an event to the owner's stream, to the feed of all owners and, but for progress, to the task's timeline; counts it.
-- `details` is JSON to splice in, starting with a comma; `result` likewise, and is left out of the timeline.
-- The event carries no time of its own: it is the cursor's.
local function append(owner, kind, state, attempt, details, result)
  local own = key('events', owner)
  local previous = lastCursor(owner)
  local cursor = nextCursor()
  local head = '{"cursor":"' .. cursor .. '"'
    .. (previous and ',"previous":"' .. previous .. '"' or '')
    .. ',"taskId":"' .. id .. '","kind":"' .. kind .. '","state":"' .. state .. '","attempt":' .. int(attempt)
    .. (details or '')
  local event = head .. (result or '') .. '}'
  redis.call('XADD', own, 'MAXLEN', '~', eventsKeptPerOwner, cursor, 'event', event)
  redis.call('XADD', key('feed'), 'MAXLEN', '~', eventsKeptInFeed, cursor, 'event', event, 'previous', lastInFeed)
  lastInFeed, lastOf[owner] = cursor, cursor
  if kind ~= 'progress' then redis.call('RPUSH', key('timeline', id), head .. '}') end
  count(current, kind)
  return event
end

-- Keeps the error of an attempt beside the record, which has the last one only. `failure` is JSON, `stack` a JSON string, '' or nil.
local function keepError(attempt, failure, stack)
  local entry = '{"attempt":' .. int(attempt) .. ',"at":' .. int(now) .. ',"error":' .. failure
    .. (stack and stack ~= '' and ',"stack":' .. stack or '') .. '}'
  redis.call('RPUSH', key('errors', id), entry)
  redis.call('LTRIM', key('errors', id), -errorsKeptPerTask, -1)
end

-- The indexes: sorted sets, one for each state and one for any, of each owner and of all. A batch changes each of them once:
-- `indexed` says of each set which IDs it is to have (true) or not (false), `grown` by how many IDs it grows.
local indexed, grown = {}, {}

local function mark(set, isIn)
  local ids = indexed[set]
  if not ids then
    ids = {}
    indexed[set], grown[set] = ids, 0
  end
  ids[id] = isIn
  grown[set] = grown[set] + (isIn and 1 or -1)
end

local function markState(owner, state, isIn)
  mark(key('by-state', state), isIn)
  mark(key('by-state', state, owner), isIn)
end

-- Moves the task from the index of one state to another's; `from` is nil for a new one.
local function index(owner, from, to)
  if from == to then return end
  if from then markState(owner, from, false) else markState(owner, 'any', true) end
  markState(owner, to, true)
end

local function unindex(task)
  markState(task.owner, 'any', false)
  markState(task.owner, task.state, false)
end

local function countInState(owner, state)
  local set = key('by-state', state, owner)
  return redis.call('ZCARD', set) + (grown[set] or 0)
end

local function flushIndexes()
  for set, ids in pairs(indexed) do
    local added, removed = {}, {}
    for other, isIn in pairs(ids) do
      if isIn then
        added[#added + 1] = 0
        added[#added + 1] = other
      else
        removed[#removed + 1] = other
      end
    end
    if #removed > 0 then redis.call('ZREM', set, unpack(removed)) end
    if #added > 0 then redis.call('ZADD', set, unpack(added)) end
  end
end

local function enter(task, state)
  index(task.owner, task.state, state)
  set('state', state)
end

-- Gates. A task waits before a shut gate without a message in the broker: it stands in the gate's sorted set, and its field
-- `parked` names that. Whoever opens the gate puts the next task into the outbox and onto this list, whose tasks are then
-- sent on their way (by the worker at once; by the sweeper when that one dies).
local function wake(other)
  local record = key('task', other)
  redis.call('HDEL', record, 'parked')
  redis.call('ZADD', key('outbox'), int(now), other)
  woken[#woken + 1] = redis.call('HGETALL', record)
end

-- The sweeper looks at every gate before which somebody waits.
local function forgetIfDeserted(gate)
  if redis.call('EXISTS', gate) == 0 then redis.call('SREM', key('gates'), gate) end
end

-- Scores are equal, so the set is ordered by ID, which is by time. What does not wait there any more keeps nobody from it.
local function wakeFirst(gate)
  while true do
    local first = redis.call('ZPOPMIN', gate)[1]
    if not first then return nil end
    forgetIfDeserted(gate)
    if redis.call('HGET', key('task', first), 'parked') == gate then
      wake(first)
      return first
    end
  end
end

-- The window: an owner has so many messages waiting in a lane at most; the rest of a flood waits here, and keeps nobody else.
local function windowOf(task)
  return ownKey('window', task.owner, task.lane)
end

-- → the places that nobody takes
local function openWindow(window, size)
  local places = size - redis.call('SCARD', window)
  while places > 0 do
    local admitted = wakeFirst(window .. ':parked')
    if not admitted then return places end
    redis.call('SADD', window, admitted)
    places = places - 1
  end
  return 0
end

-- Where a message was sent for the coming attempt before, the next gets an ID of its own, or the broker would drop it as a
-- duplicate.
local function renewMessageId(task)
  if task.confirmed ~= int(tonumber(task.attempt) + 1) .. '.' .. (task.resends or '0') then return end
  increment('resends')
end

-- Lets a queued task into its lane, or parks it. → true when its message is to be sent
local function admit(task, size)
  local window = windowOf(task)
  if openWindow(window, size) > 0 then
    redis.call('SADD', window, id)
    redis.call('ZADD', key('outbox'), int(now), id)
    return true
  end
  redis.call('ZADD', window .. ':parked', 0, id)
  set('parked', window .. ':parked')
  return false
end

local function leaveWindow(task)
  if not task.lane then return end
  local window = windowOf(task)
  if redis.call('SREM', window, id) == 0 then return end
  local admitted = wakeFirst(window .. ':parked')
  if admitted then redis.call('SADD', window, admitted) end
end

-- The order: tasks of one owner with one ordering key, as they were accepted. Only the first may run.
local function orderOf(task)
  return ownKey('order', task.owner, task.orderingKey)
end

local function joinOrder(task)
  if not task.orderingKey then return end
  redis.call('ZADD', orderOf(task), 'NX', redis.call('INCR', key('sequence')), id)
end

local function leaveOrder(task)
  if not task.orderingKey then return end
  local order = orderOf(task)
  if redis.call('ZREM', order, id) == 0 then return end
  local first = redis.call('ZRANGE', order, 0, 0)[1]
  if first and redis.call('HGET', key('task', first), 'parked') == order then wake(first) end
end

-- Concurrency: how many tasks of one owner, or with one concurrency key of theirs, run at once.
local function runningWithKey(task)
  return ownKey('running', task.owner, task.concurrencyKey)
end

local function ownerGate(owner)
  return ownKey('gate', owner, 'owner')
end

local function concurrencyGate(task)
  return ownKey('gate', task.owner, 'key:' .. task.concurrencyKey)
end

-- One place has become free in each gate this task went through, or one that was woken for it did not take it.
local function leaveGates(task)
  if task.concurrencyKey then
    redis.call('SREM', runningWithKey(task), id)
    wakeFirst(concurrencyGate(task))
  end
  wakeFirst(ownerGate(task.owner))
end

local function unpark(task)
  if not task.parked then return end
  if not task.orderingKey or task.parked ~= orderOf(task) then
    redis.call('ZREM', task.parked, id)
    forgetIfDeserted(task.parked)
  end
  unset('parked')
end

-- The message of the task has been used up. Should it have been woken for a place that it does not take now, that is another's;
-- one that its owner's limit keeps waiting takes no place of its key from others, who wait for the same owner.
local function park(task, gate)
  unpark(task)
  set('parked', gate)
  increment('resends')
  redis.call('ZREM', key('outbox'), id)
  leaveWindow(task)
  if task.orderingKey and gate == orderOf(task) then return end
  redis.call('ZADD', gate, 0, id)
  redis.call('SADD', key('gates'), gate)
  if gate == ownerGate(task.owner) then return end
  wakeFirst(ownerGate(task.owner))
  if task.concurrencyKey and gate ~= concurrencyGate(task) then wakeFirst(concurrencyGate(task)) end
end

-- What every ending has in common: the lease and whatever waits for the task are let go, retention starts.
local function finish(task, state)
  local inHand = task.state == 'running'
  enter(task, state)
  set('finishedAt', now)
  unset('nextAttemptAt', 'leaseUntil', 'hopAt')
  redis.call('ZREM', key(inHand and 'leases' or 'outbox'), id)
  if task.expiresAt then redis.call('ZREM', key('expiring'), id) end
  unpark(task)
  leaveWindow(task)
  leaveGates(task)
  -- A dead letter lets its successors pass, unless it was to hold its key.
  if state ~= 'dead-lettered' or not task.holds then leaveOrder(task) end
  if task.callbackUrl then redis.call('ZADD', key('callbacks'), int(now), id) end
  -- Dead letters stay until somebody replays or discards them.
  if state ~= 'dead-lettered' then redis.call('ZADD', key('finished'), int(now), id) end
end

-- Tells of the state in which a task was accepted: once, by whoever comes first after that. → {event}, or {}
local function announce(task)
  if task.announced or (task.state ~= 'queued' and task.state ~= 'scheduled') then return {} end
  set('announced', 1)
  if task.state == 'queued' then set('queuedAt', now) end
  return { append(task.owner, task.state, task.state, 0) }
end

-- → events
local function expire(task)
  local events = announce(task)
  finish(task, 'expired')
  events[#events + 1] = append(task.owner, 'expired', 'expired', task.attempt)
  return events
end
