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

-- Of the lane with sessions, an instance runs 32 messages at once where it runs 100 of another (host.json): so many fewer are let in there.
local function sizeFor(task, size)
  return size and task.orderingKey and math.ceil(size / 3) or size
end

-- A window that has grown by thousands does not fill up in one step, which would keep Redis from all else: with each task that comes or goes.
local admittedAtOnce = 50

-- Lets a queued task into its lane, or parks it. → true when its message is to be sent
function lib.admit(task, size)
  local window = lib.windowOf(task)
  local state = lib.stateOf(window)
  size = sizeFor(task, size)
  local room = math.min(size - state.taken, admittedAtOnce)
  while room > 0 and lib.admitNext(window, state) do room = room - 1 end
  if state.taken < size and state.parked == 0 then
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

-- Another one comes in for it. Where `size` is known, none does as long as the window has more, and two as long as it has less: sizes change
-- (limits/owner-window.ts).
function lib.leaveWindow(task, size)
  if not task.lane then return end
  local window = lib.windowOf(task)
  if redis.call('SREM', window, id) == 0 then return end
  -- What is read now knows of that already.
  if windows[window] then windows[window].taken = windows[window].taken - 1 end
  local state = lib.stateOf(window)
  size = sizeFor(task, size) or state.taken + 1
  if state.taken < size and lib.admitNext(window, state) and state.taken < size then lib.admitNext(window, state) end
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

local function leaveKey(task)
  if not task.concurrencyKey then return end
  redis.call('SREM', lib.runningWithKey(task), id)
  if lib.haveGates() then lib.wakeFirst(lib.concurrencyGate(task)) end
end

-- One place has become free in each gate this task went through, or one that was woken for it did not take it.
function lib.leaveGates(task)
  if not task.holdsKeyUntil then leaveKey(task) end
  if lib.haveGates() then lib.wakeFirst(lib.ownerGate(task.owner)) end
end

-- A handler hears that its task was cancelled when it renews its lease. As long as it may run, no other with its concurrency or ordering key
-- does: it holds that until it has heard, or its lease is over.
function lib.holdKey(task)
  if task.state ~= 'running' or not (task.concurrencyKey or task.orderingKey) or tonumber(task.leaseUntil) <= now then return end
  lib.set('holdsKeyUntil', task.leaseUntil)
end

-- For the worker that ran the task, or whoever finds its lease over.
function lib.letKeyGo(task)
  if not task.holdsKeyUntil then return end
  lib.unset('holdsKeyUntil')
  lib.awaitNoMore('leases')
  leaveKey(task)
  lib.leaveOrder(task)
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
