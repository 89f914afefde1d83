-- Stands before the steps, which are the other files of this folder, each made a function; batch.lua stands behind them.
-- One script takes several steps, on tasks of one partition: every key carries the same hash tag, so a script stays in one
-- slot of a cluster. While a step is taken, KEYS[1] is the hash of its task, whose `id` this is, and ARGV are its
-- arguments, of which the first is the time in milliseconds, or '' for the clock of Redis.
local batchKeys, batchArguments = KEYS, ARGV
local KEYS, ARGV, id, now, recordRead, current, changed, woken
local tag = string.match(batchKeys[1], '^{[^}]*}')
local partition = tonumber(string.match(tag, '(%x)}$'), 16)
local eventsKeptPerOwner, eventsKeptInFeed = 10000, 100000
local eventsKeptMs = 7 * 24 * 60 * 60 * 1000
local errorsKeptPerTask = 20

-- All functions stand in one table: a function of its own for each step to capture would have to be found among all locals of the script,
-- for each of the functions and each time the script runs.
local lib = {}
-- The steps by name, and which of them this script takes.
local steps, wanted = {}, {}
do
  local at = 1
  for _ = 1, #batchKeys do
    wanted[batchArguments[at]] = true
    at = at + 2 + batchArguments[at + 1]
  end
end

function lib.key(kind, name, more)
  if more then return tag .. ':' .. kind .. ':' .. name .. ':' .. more end
  if name then return tag .. ':' .. kind .. ':' .. name end
  return tag .. ':' .. kind
end

-- Owners and names are free text: the length in front keeps `a` with `b:c` apart from `a:b` with `c`.
function lib.ownKey(kind, owner, name)
  return tag .. ':' .. kind .. ':' .. #owner .. ':' .. owner .. ':' .. name
end

function lib.int(number)
  return string.format('%d', number)
end

function lib.toTable(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

function lib.toFlat(fields)
  local flat, n = {}, 0
  for name, value in pairs(fields) do
    flat[n + 1], flat[n + 2] = name, value
    n = n + 2
  end
  return flat
end

-- The task's fields as a table, or nil when there is no such task.
function lib.read()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  recordRead, current = flat, lib.toTable(flat)
  return current
end

-- The record is written once, behind the step (see `save`): what a step sees of its task is the table, not the hash.
function lib.set(name, value)
  current[name] = type(value) == 'number' and lib.int(value) or value
  changed[name] = true
end

function lib.unset(...)
  for _, name in ipairs({ ... }) do
    if current[name] then
      current[name] = nil
      changed[name] = true
    end
  end
end

function lib.increment(name)
  lib.set(name, tonumber(current[name] or 0) + 1)
  return tonumber(current[name])
end

-- What HGETALL would answer; a field that has changed stands there twice, the last time as it is now.
function lib.fields()
  local flat = recordRead or {}
  for name in pairs(changed) do
    local value = current[name]
    if not value then return lib.toFlat(current) end
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  return flat
end

function lib.save()
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
-- `lastInFeed` and `lastOf` are read once a batch, and written by `flushEvents`, like what timelines grow by.
local lastInFeed
local lastOf, timelines = {}, {}

function lib.nextCursor()
  lastInFeed = lastInFeed or redis.call('GET', lib.key('clock')) or '0-0'
  local lastMs, lastSequence = string.match(lastInFeed, '^(%d+)-(%d+)$')
  lastMs, lastSequence = tonumber(lastMs), tonumber(lastSequence)
  if lastMs < now then return lib.int(now) .. '-' .. lib.int(partition) end
  return lib.int(lastMs) .. '-' .. lib.int((math.floor(lastSequence / 16) + 1) * 16 + partition)
end

function lib.lastCursor(owner)
  if lastOf[owner] then return lastOf[owner] end
  local last = redis.call('GET', lib.key('last-event', owner))
  if last then return last end
  local newest = redis.call('XREVRANGE', lib.key('events', owner), '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

function lib.flushEvents()
  if not next(lastOf) then return end
  redis.call('SET', lib.key('clock'), lastInFeed)
  redis.call('PEXPIRE', lib.key('feed'), eventsKeptMs)
  for owner, cursor in pairs(lastOf) do
    redis.call('SET', lib.key('last-event', owner), cursor, 'PX', eventsKeptMs)
    redis.call('PEXPIRE', lib.key('events', owner), eventsKeptMs)
  end
  for timeline, entries in pairs(timelines) do redis.call('RPUSH', timeline, unpack(entries)) end
end

function lib.noteInTimeline(entry)
  local timeline = lib.key('timeline', id)
  local entries = timelines[timeline]
  if entries then
    entries[#entries + 1] = entry
  else
    timelines[timeline] = { entry }
  end
end

function lib.forgetTimeline()
  local timeline = lib.key('timeline', id)
  timelines[timeline] = nil
  redis.call('DEL', timeline)
end

-- Appends an event to the owner's stream, to the feed of all owners and, but for progress, to the task's timeline; counts it.
-- `details` is JSON to splice in, starting with a comma; `result` likewise, and is left out of the timeline.
-- The event carries no time of its own: it is the cursor's.
function lib.append(owner, kind, state, attempt, details, result)
  local own = lib.key('events', owner)
  local previous = lib.lastCursor(owner)
  local cursor = lib.nextCursor()
  local head = '{"cursor":"' .. cursor .. '"'
    .. (previous and ',"previous":"' .. previous .. '"' or '')
    .. ',"taskId":"' .. id .. '","kind":"' .. kind .. '","state":"' .. state .. '","attempt":' .. lib.int(attempt)
    .. (details or '')
  local event = head .. (result or '') .. '}'
  redis.call('XADD', own, 'MAXLEN', '~', eventsKeptPerOwner, cursor, 'event', event)
  redis.call('XADD', lib.key('feed'), 'MAXLEN', '~', eventsKeptInFeed, cursor, 'event', event, 'previous', lastInFeed)
  lastInFeed, lastOf[owner] = cursor, cursor
  if kind ~= 'progress' then lib.noteInTimeline(head .. '}') end
  lib.count(current, kind)
  return event
end

-- Keeps the error of an attempt beside the record, which has the last one only. `failure` is JSON, `stack` a JSON string, '' or nil.
function lib.keepError(attempt, failure, stack)
  local entry = '{"attempt":' .. lib.int(attempt) .. ',"at":' .. lib.int(now) .. ',"error":' .. failure
    .. (stack and stack ~= '' and ',"stack":' .. stack or '') .. '}'
  redis.call('RPUSH', lib.key('errors', id), entry)
  redis.call('LTRIM', lib.key('errors', id), -errorsKeptPerTask, -1)
end

-- The sorted sets of IDs that a batch changes once each: `scores` says of each which IDs it is to have, with which score, or not
-- (false). Nothing else changes them, and no step reads what one before it in the batch made of them.
local scores = {}

function lib.score(set, score, other)
  local ids = scores[set]
  if not ids then
    ids = {}
    scores[set] = ids
  end
  ids[other or id] = score
end

-- Where tasks wait for the sweeper: outbox, leases, expiring, finished, callbacks. `at` is when it is to look at them.
function lib.await(waiting, at, other)
  lib.score(lib.key(waiting), lib.int(at), other)
end

function lib.awaitNoMore(waiting)
  lib.score(lib.key(waiting), false)
end

-- The indexes: one for each state and one for any, of each owner and of all. `sizes` are those before this batch, of which `grown` says by
-- how much they grow.
local indexKeys, sizes, grown = {}, {}, {}

function lib.indexKey(state, owner)
  local keys = indexKeys[owner or '']
  if not keys then
    keys = {}
    indexKeys[owner or ''] = keys
  end
  local found = keys[state]
  if not found then
    found = lib.key('by-state', state, owner)
    keys[state] = found
  end
  return found
end

function lib.countInState(owner, state)
  local set = lib.indexKey(state, owner)
  sizes[set] = sizes[set] or redis.call('ZCARD', set)
  return sizes[set] + (grown[set] or 0)
end

function lib.markState(owner, state, isIn)
  local ofAll, ofOwner = lib.indexKey(state), lib.indexKey(state, owner)
  lib.score(ofAll, isIn and 0)
  lib.score(ofOwner, isIn and 0)
  grown[ofOwner] = (grown[ofOwner] or 0) + (isIn and 1 or -1)
end

-- Moves the task from the index of one state to another's; `from` is nil for a new one.
function lib.index(owner, from, to)
  if from == to then return end
  lib.markState(owner, from or 'any', not from)
  lib.markState(owner, to, true)
end

function lib.unindex(task)
  lib.markState(task.owner, 'any', false)
  lib.markState(task.owner, task.state, false)
end

function lib.flushScores()
  for set, ids in pairs(scores) do
    local added, removed = {}, {}
    for other, score in pairs(ids) do
      if score then
        added[#added + 1] = score
        added[#added + 1] = other
      else
        removed[#removed + 1] = other
      end
    end
    if #removed > 0 then redis.call('ZREM', set, unpack(removed)) end
    if #added > 0 then redis.call('ZADD', set, unpack(added)) end
  end
end

function lib.enter(task, state)
  lib.index(task.owner, task.state, state)
  lib.set('state', state)
end

-- Gates. A task waits before a shut gate without a message in the broker: it stands in the gate's sorted set, and its field
-- `parked` names that. Whoever opens the gate puts the next task into the outbox and onto this list, whose tasks are then
-- sent on their way (by the worker at once; by the sweeper when that one dies).
function lib.wake(other)
  local record = lib.key('task', other)
  redis.call('HDEL', record, 'parked')
  redis.call('HSET', record, 'letIn', 1)
  lib.await('outbox', now, other)
  woken[#woken + 1] = redis.call('HGETALL', record)
end

-- The sweeper looks at every gate before which somebody waits.
function lib.forgetIfDeserted(gate)
  if redis.call('EXISTS', gate) == 0 then redis.call('SREM', lib.key('gates'), gate) end
end

-- Whether anybody may wait before any gate but windows and orders: read once a batch.
local anyGates
function lib.haveGates()
  if anyGates == nil then anyGates = redis.call('EXISTS', lib.key('gates')) == 1 end
  return anyGates
end

-- Scores are equal, so the set is ordered by ID, which is by time. What does not wait there any more keeps nobody from it.
function lib.wakeFirst(gate)
  while true do
    local first = redis.call('ZPOPMIN', gate)[1]
    if not first then return nil end
    lib.forgetIfDeserted(gate)
    if redis.call('HGET', lib.key('task', first), 'parked') == gate then
      lib.wake(first)
      return first
    end
  end
end

-- The window: an owner has so many messages waiting in a lane at most; the rest of a flood waits here, and keeps nobody else.
function lib.windowOf(task)
  return lib.ownKey('window', task.owner, task.lane)
end

-- Of each window, how many messages it has and how many tasks wait for room: read once a batch.
local windows = {}
function lib.stateOf(window)
  local state = windows[window]
  if not state then
    state = { taken = redis.call('SCARD', window), parked = redis.call('ZCARD', window .. ':parked') }
    windows[window] = state
  end
  return state
end

-- → true when one that was parked has come in
function lib.admitNext(window, state)
  if state.parked == 0 then return false end
  local admitted = lib.wakeFirst(window .. ':parked')
  if not admitted then
    state.parked = 0
    return false
  end
  redis.call('SADD', window, admitted)
  state.taken, state.parked = state.taken + 1, state.parked - 1
  return true
end

-- Where a message was sent for the coming attempt before, the next gets an ID of its own, or the broker would drop it as a
-- duplicate.
function lib.renewMessageId(task)
  if task.confirmed ~= lib.int(tonumber(task.attempt) + 1) .. '.' .. (task.resends or '0') then return end
  lib.increment('resends')
end

-- Lets a queued task into its lane, or parks it. → true when its message is to be sent
function lib.admit(task, size)
  local window = lib.windowOf(task)
  local state = lib.stateOf(window)
  while state.taken < size and lib.admitNext(window, state) do end
  if state.taken < size then
    redis.call('SADD', window, id)
    state.taken = state.taken + 1
    lib.await('outbox', now)
    return true
  end
  redis.call('ZADD', window .. ':parked', 0, id)
  state.parked = state.parked + 1
  lib.set('parked', window .. ':parked')
  return false
end

function lib.leaveWindow(task)
  if not task.lane then return end
  local window = lib.windowOf(task)
  if redis.call('SREM', window, id) == 0 then return end
  local state = lib.stateOf(window)
  state.taken = state.taken - 1
  lib.admitNext(window, state)
end

-- The order: tasks of one owner with one ordering key, as they were accepted. Only the first may run.
function lib.orderOf(task)
  return lib.ownKey('order', task.owner, task.orderingKey)
end

function lib.joinOrder(task)
  if not task.orderingKey then return end
  redis.call('ZADD', lib.orderOf(task), 'NX', redis.call('INCR', lib.key('sequence')), id)
end

function lib.leaveOrder(task)
  if not task.orderingKey then return end
  local order = lib.orderOf(task)
  if redis.call('ZREM', order, id) == 0 then return end
  local first = redis.call('ZRANGE', order, 0, 0)[1]
  if first and redis.call('HGET', lib.key('task', first), 'parked') == order then lib.wake(first) end
end

-- Concurrency: how many tasks of one owner, or with one concurrency key of theirs, run at once.
function lib.runningWithKey(task)
  return lib.ownKey('running', task.owner, task.concurrencyKey)
end

function lib.ownerGate(owner)
  return lib.ownKey('gate', owner, 'owner')
end

function lib.concurrencyGate(task)
  return lib.ownKey('gate', task.owner, 'key:' .. task.concurrencyKey)
end

-- One place has become free in each gate this task went through, or one that was woken for it did not take it.
function lib.leaveGates(task)
  if task.concurrencyKey then redis.call('SREM', lib.runningWithKey(task), id) end
  if not lib.haveGates() then return end
  if task.concurrencyKey then lib.wakeFirst(lib.concurrencyGate(task)) end
  lib.wakeFirst(lib.ownerGate(task.owner))
end

function lib.unpark(task)
  if not task.parked then return end
  if not task.orderingKey or task.parked ~= lib.orderOf(task) then
    redis.call('ZREM', task.parked, id)
    windows = {}
    lib.forgetIfDeserted(task.parked)
  end
  lib.unset('parked')
end

-- The message of the task has been used up. Should it have been woken for a place that it does not take now, that is another's;
-- one that its owner's limit keeps waiting takes no place of its key from others, who wait for the same owner.
function lib.park(task, gate)
  lib.unpark(task)
  lib.set('parked', gate)
  lib.increment('resends')
  lib.awaitNoMore('outbox')
  lib.leaveWindow(task)
  if task.orderingKey and gate == lib.orderOf(task) then return end
  redis.call('ZADD', gate, 0, id)
  redis.call('SADD', lib.key('gates'), gate)
  anyGates = true
  if gate == lib.ownerGate(task.owner) then return end
  lib.wakeFirst(lib.ownerGate(task.owner))
  if task.concurrencyKey and gate ~= lib.concurrencyGate(task) then lib.wakeFirst(lib.concurrencyGate(task)) end
end

-- What every ending has in common: the lease and whatever waits for the task are let go, retention starts.
function lib.finish(task, state)
  local inHand = task.state == 'running'
  lib.enter(task, state)
  lib.set('finishedAt', now)
  lib.unset('nextAttemptAt', 'leaseUntil', 'hopAt')
  lib.awaitNoMore(inHand and 'leases' or 'outbox')
  if task.expiresAt then lib.awaitNoMore('expiring') end
  lib.unpark(task)
  -- A task that runs has left it when it started.
  if not inHand then lib.leaveWindow(task) end
  lib.leaveGates(task)
  -- A dead letter lets its successors pass, unless it was to hold its key.
  if state ~= 'dead-lettered' or not task.holds then lib.leaveOrder(task) end
  if task.callbackUrl then lib.await('callbacks', now) end
  -- Dead letters stay until somebody replays or discards them.
  if state ~= 'dead-lettered' then lib.await('finished', now) end
end

-- Tells of the state in which a task was accepted: once, by whoever comes first after that. → {event}, or {}
function lib.announce(task)
  if task.announced or (task.state ~= 'queued' and task.state ~= 'scheduled') then return {} end
  lib.set('announced', 1)
  if task.state == 'queued' then lib.set('queuedAt', now) end
  return { lib.append(task.owner, task.state, task.state, 0) }
end

-- → events
function lib.expire(task)
  local events = lib.announce(task)
  lib.finish(task, 'expired')
  events[#events + 1] = lib.append(task.owner, 'expired', 'expired', task.attempt)
  return events
end
