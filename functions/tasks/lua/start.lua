-- Takes the lease of a task for one attempt, if the message in hand is the one to do that.
-- ARGV: now, attempt of the message, new lease token, length of the lease (ms),
--       how many tasks of one owner run at once at most, how many with one concurrency key (0: any number)
-- → {'started', events, fields, the payload | false, names and values of finished steps} | {'ended' | 'parked', events, fields} | {'busy', ms until the lease ends}
--   | {'early', ms until it is due} | {'hop', when it is due, fields} | {'superseded', next attempt, nextAttemptAt, fields} | {'stale'} | {'withdrawn'} | {'unknown'}
local messageAttempt, token, leaseMs = tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
-- A message that was sent twice comes at the earlier of its two times, which lie closer together than this.
local hopToleranceMs = 10 * 60 * 1000
local ownerLimit, keyLimit = tonumber(ARGV[5]), tonumber(ARGV[6])

-- The payload where it may come along, which saves another trip: it is small, and text. One that begins with 1 is compressed.
local function smallPayload()
  local payload = tonumber(current.payloadBytes) <= 16384 and redis.call('GET', key('payload', id))
  return payload and string.byte(payload) ~= 1 and payload
end

-- The gate that keeps the task from running now, if one does.
local function shutGate(task)
  if task.orderingKey then
    joinOrder(task)
    if redis.call('ZRANGE', orderOf(task), 0, 0)[1] ~= id then return orderOf(task) end
  end
  if ownerLimit > 0 and countInState(task.owner, 'running') >= ownerLimit then
    return ownerGate(task.owner)
  end
  if task.concurrencyKey and keyLimit > 0 and redis.call('SCARD', runningWithKey(task)) >= keyLimit then
    return concurrencyGate(task)
  end
end

local task = read()
if not task then
  if redis.call('EXISTS', key('withdrawn', id)) == 1 then return { 'withdrawn' } end
  return { 'unknown' }
end
local attempt = tonumber(task.attempt)
-- Whatever a message says, no attempt is left out.
messageAttempt = math.min(messageAttempt, attempt + 1)
local events = {}

if task.finishedAt then return { 'ended', events, fields() } end
if messageAttempt < attempt or (task.state == 'queued' and messageAttempt <= attempt) then return { 'stale' } end
if task.state == 'retrying' and messageAttempt <= attempt then
  return { 'superseded', attempt + 1, task.nextAttemptAt, fields() }
end
if task.state == 'running' and task.leaseToken ~= token then
  if tonumber(task.leaseUntil) > now then return { 'busy', int(tonumber(task.leaseUntil) - now) } end
  if task.delivery == 'at-most-once' then
    -- It has started once, and may have done anything since.
    local failure = '{"code":"worker-lost","message":"The worker stopped in the middle, and this task may run at most once."}'
    set('error', failure)
    keepError(attempt, failure)
    finish(task, 'dead-lettered')
    events[1] = append(task.owner, 'dead-lettered', 'dead-lettered', attempt, ',"error":' .. failure)
    return { 'ended', events, fields() }
  end
elseif task.state ~= 'running' and task.expiresAt and tonumber(task.expiresAt) <= now then
  return { 'ended', expire(task), fields() }
end

local dueAt = task.state == 'scheduled' and task.scheduledFor or task.state == 'retrying' and task.nextAttemptAt
if dueAt and tonumber(dueAt) > now then
  if not task.hopAt or tonumber(task.hopAt) > now + hopToleranceMs then return { 'early', int(tonumber(dueAt) - now) } end
  -- One message carries the task on; should this one be delivered again, it finds no hop to make.
  unset('hopAt', 'confirmed')
  increment('resends')
  redis.call('ZADD', key('outbox'), int(now), id)
  return { 'hop', dueAt, fields() }
end

events = announce(task)
if task.state ~= 'running' then
  local gate = shutGate(task)
  if gate then
    park(task, gate)
    return { 'parked', events, fields() }
  end
end
if task.leaseToken ~= token or task.state ~= 'running' then
  if task.state == 'running' then
    keepError(attempt, '{"code":"worker-lost","message":"The worker stopped in the middle of this attempt; another one took it over."}')
  end
  unpark(task)
  leaveWindow(task)
  if task.concurrencyKey then redis.call('SADD', runningWithKey(task), id) end
  local isFirst = task.state == 'queued' or task.state == 'scheduled'
  local waitMs = isFirst and int(math.max(0, now - dueSince(task))) or string.match(task.timing or '0', '^%d+')
  enter(task, 'running')
  set('timing', waitMs .. ':' .. int(now))
  set('attempt', messageAttempt)
  set('leaseToken', token)
  set('leaseUntil', now + leaseMs)
  if not task.startedAt then set('startedAt', now) end
  unset('nextAttemptAt', 'progress', 'resends', 'confirmed', 'hopAt')
  redis.call('ZADD', key('leases'), int(now + leaseMs), id)
  redis.call('ZREM', key('outbox'), id)
  if task.expiresAt then redis.call('ZREM', key('expiring'), id) end
  events[#events + 1] = append(task.owner, 'started', 'running', messageAttempt)
end
local steps = attempt > 0 and redis.call('HGETALL', key('steps', id)) or {}
return { 'started', events, fields(), smallPayload(), steps }
