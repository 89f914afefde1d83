-- Takes the lease of a task for one attempt, if the message in hand is the one to do that.
-- ARGV: now, attempt of the message, new lease token, length of the lease (ms),
--       how many tasks of one owner run at once at most, how many with one concurrency key (0: any number),
--       how many messages of one owner wait in a lane at most, the task's type, where the caller relies on one
-- → {'started', events, fields, the payload | false, names and values of finished steps} | {'ended' | 'parked' | 'let-in', events, fields} | {'busy', ms until the lease ends}
--   | {'early', ms until it is due, how many messages were sent before the one that comes then} | {'other-type', type} | {'hop', when it is due, fields} | {'superseded', next attempt, nextAttemptAt, fields} | {'stale'} | {'withdrawn'} | {'unknown'}
local messageAttempt, token, leaseMs = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
-- A message that was sent twice comes at the earlier of its two times, which lie closer together than this.
local hopToleranceMs = 10 * 60 * 1000
local ownerLimit, keyLimit, windowSize = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
-- So much of the window, running tasks included, an owner may use up with messages that did not come through it.
local shareOfWindow = 1 / 8

-- The payload where it may come along, which saves another trip: it is small, and text. One that begins with 1 is compressed.
local function smallPayload()
  local payload = tonumber(current.payloadBytes) <= 16384 and redis.call('GET', lib.key('payload', id))
  return payload and string.byte(payload) ~= 1 and payload
end

-- Where the task has to wait for others with its ordering key: among whom it takes its place now, should it have none.
local function shutOrder(task)
  if not task.orderingKey then return end
  lib.joinOrder(task)
  if redis.call('ZRANGE', lib.orderOf(task), 0, 0)[1] ~= id then return lib.orderOf(task) end
end

-- A message that comes by its time, of a scheduled task or a retry, has not been through its owner's window. Thousands that come at once would keep
-- the lane from everybody else for as long as they take: beyond a share they are sent through the window now.
local function comesUnasked(task)
  if task.state == 'queued' or task.letIn then return false end
  local state = lib.stateOf(lib.windowOf(task))
  return state.parked > 0 or state.taken + lib.countInState(task.owner, 'running') >= math.max(1, windowSize * shareOfWindow)
end

-- The gate that keeps the task from running now, if one does.
local function shutGate(task)
  if ownerLimit > 0 and lib.countInState(task.owner, 'running') >= ownerLimit then
    return lib.ownerGate(task.owner)
  end
  if task.concurrencyKey and keyLimit > 0 and redis.call('SCARD', lib.runningWithKey(task)) >= keyLimit then
    return lib.concurrencyGate(task)
  end
end

local task = lib.read()
if not task then
  if redis.call('EXISTS', lib.key('withdrawn', id)) == 1 then return { 'withdrawn' } end
  return { 'unknown' }
end
local attempt = tonumber(task.attempt)
-- Whatever a message says, no attempt is left out.
messageAttempt = math.min(messageAttempt, attempt + 1)
local events = {}

if task.finishedAt then
  -- A message that comes again may be all that is left of its worker: whoever has it waits for the end of the lease, to let the key go.
  local heldMs = tonumber(task.holdsKeyUntil or now) - now
  if heldMs > 0 then return { 'busy', lib.int(heldMs) } end
  lib.letKeyGo(task)
  return { 'ended', events, lib.fields() }
end
if ARGV[8] and ARGV[8] ~= task.type then return { 'other-type', task.type } end
if messageAttempt < attempt or (task.state == 'queued' and messageAttempt <= attempt) then return { 'stale' } end
if task.state == 'retrying' and messageAttempt <= attempt then
  -- Whoever wakes it sends its message; sent now, that would be used up, and the broker would drop the other as a duplicate.
  if task.parked then return { 'stale' } end
  return { 'superseded', attempt + 1, task.nextAttemptAt, lib.fields() }
end
if task.state == 'running' and task.leaseToken ~= token then
  if tonumber(task.leaseUntil) > now then return { 'busy', lib.int(tonumber(task.leaseUntil) - now) } end
  if task.delivery == 'at-most-once' then
    -- It has started once, and may have done anything since.
    local failure = '{"code":"worker-lost","message":"The worker stopped in the middle, and this task may run at most once."}'
    lib.set('error', failure)
    lib.keepError(attempt, failure)
    lib.finish(task, 'dead-lettered')
    events[1] = lib.append(task.owner, 'dead-lettered', 'dead-lettered', attempt, ',"error":' .. failure)
    return { 'ended', events, lib.fields() }
  end
elseif task.state ~= 'running' and task.expiresAt and tonumber(task.expiresAt) <= now then
  return { 'ended', lib.expire(task), lib.fields() }
end

local dueAt = task.state == 'scheduled' and task.scheduledFor or task.state == 'retrying' and task.nextAttemptAt
if dueAt and tonumber(dueAt) > now then
  if not task.hopAt or tonumber(task.hopAt) > now + hopToleranceMs then
    return { 'early', lib.int(tonumber(dueAt) - now), task.resends or '0' }
  end
  -- One message carries the task on; should this one be delivered again, it finds no hop to make.
  lib.unset('hopAt', 'confirmed')
  lib.increment('resends')
  lib.await('outbox', now)
  return { 'hop', dueAt, lib.fields() }
end

events = lib.announce(task)
if task.state ~= 'running' then
  local gate = shutOrder(task)
  if not gate and comesUnasked(task) then
    lib.unpark(task)
    lib.increment('resends')
    if lib.admit(task, windowSize) then
      lib.set('letIn', 1)
      return { 'let-in', events, lib.fields() }
    end
    lib.awaitNoMore('outbox')
    return { 'parked', events, lib.fields() }
  end
  gate = gate or shutGate(task)
  if gate then
    lib.park(task, gate)
    return { 'parked', events, lib.fields() }
  end
end
if task.leaseToken ~= token or task.state ~= 'running' then
  if task.state == 'running' then
    lib.keepError(attempt, '{"code":"worker-lost","message":"The worker stopped in the middle of this attempt; another one took it over."}')
  end
  lib.unpark(task)
  lib.leaveWindow(task, windowSize)
  if task.concurrencyKey then redis.call('SADD', lib.runningWithKey(task), id) end
  local isFirst = task.state == 'queued' or task.state == 'scheduled'
  local waitMs = isFirst and lib.int(math.max(0, now - lib.dueSince(task))) or string.match(task.timing or '0', '^%d+')
  lib.enter(task, 'running')
  lib.set('timing', waitMs .. ':' .. lib.int(now))
  lib.set('attempt', messageAttempt)
  lib.set('leaseToken', token)
  lib.set('leaseUntil', now + leaseMs)
  if not task.startedAt then lib.set('startedAt', now) end
  lib.unset('nextAttemptAt', 'progress', 'resends', 'confirmed', 'hopAt', 'letIn')
  lib.await('leases', now + leaseMs)
  lib.awaitNoMore('outbox')
  if task.expiresAt then lib.awaitNoMore('expiring') end
  events[#events + 1] = lib.append(task.owner, 'started', 'running', messageAttempt)
end
local steps = attempt > 0 and redis.call('HGETALL', lib.key('steps', id)) or {}
return { 'started', events, lib.fields(), smallPayload(), steps }
