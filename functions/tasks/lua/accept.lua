-- Stores a new task and its payload, atomically with its idempotency key. The message is sent afterwards: until then
-- the task stands in the outbox, where the sweeper finds it.
-- A task that has to wait before its lane is announced at once instead; its message is sent when its turn comes.
-- ARGV: now, owner, type, state, delivery, details (JSON), payload, payloadBytes, maxAttempts, scheduledFor|'',
--       expiresAt|'', idempotencyKey|'', fingerprint of the request, how long idempotency keys are kept (ms),
--       lane, orderingKey|'', 1 when a dead letter holds its ordering key, concurrencyKey|'',
--       how many messages of one owner wait in a lane at most, how many tasks of one owner wait in all at most,
--       callbackUrl|'', SHA-256 of the payload|'', name of the blob that holds it too|'' (then `payload` may be ''), how long Redis keeps it (ms)|''
-- → {'accepted', fields, events} | {'duplicate', fields} | {'in-flight'} | {'reused'} | {'withdrawn'} | {'full'}
local owner, type, state, delivery, details, payload, payloadBytes, maxAttempts = unpack(ARGV, 2, 9)
local scheduledFor, expiresAt, idempotencyKey, fingerprint, idempotencyMs = unpack(ARGV, 10, 14)
local lane, orderingKey, holds, concurrencyKey, window, ownerBacklog, callbackUrl = unpack(ARGV, 15, 21)
local payloadSha256, payloadBlob, payloadCacheMs = unpack(ARGV, 22, 24)

if redis.call('EXISTS', KEYS[1]) == 1 then
  -- The same command again, after a reply that got lost on its way.
  return { 'accepted', redis.call('HGETALL', KEYS[1]), {} }
end

if redis.call('EXISTS', key('withdrawn', id)) == 1 then return { 'withdrawn' } end

if idempotencyKey ~= '' then
  local known = redis.call('GET', ownKey('idempotency', owner, idempotencyKey))
  if known then
    local knownId, knownFingerprint = string.match(known, '^(%S+) (%S+)$')
    if knownFingerprint ~= fingerprint then return { 'reused' } end
    local knownTask = key('task', knownId)
    if redis.call('EXISTS', knownTask) == 1 then
      if redis.call('HGET', knownTask, 'announced') == false then return { 'in-flight' } end
      redis.call('HINCRBY', knownTask, 'duplicates', 1)
      return { 'duplicate', redis.call('HGETALL', knownTask) }
    end
  end
end

local waiting = countInState(owner, 'queued') + countInState(owner, 'retrying')
if waiting >= tonumber(ownerBacklog) then return { 'full' } end

-- The time in the ID (UUID version 7), so that tasks are in order of what is shown as their time.
local createdAt = tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16)
local task = {}
current = task
local function setGiven(name, value)
  if value ~= '' then set(name, value) end
end
set('id', id)
set('owner', owner)
set('type', type)
set('state', state)
set('delivery', delivery)
set('details', details)
set('lane', lane)
set('payloadBytes', payloadBytes)
set('attempt', 0)
set('maxAttempts', maxAttempts)
set('createdAt', createdAt)
setGiven('scheduledFor', scheduledFor)
setGiven('expiresAt', expiresAt)
setGiven('orderingKey', orderingKey)
setGiven('holds', holds)
setGiven('concurrencyKey', concurrencyKey)
setGiven('callbackUrl', callbackUrl)
setGiven('payloadSha256', payloadSha256)
setGiven('payloadBlob', payloadBlob)
setGiven('idempotencyKey', idempotencyKey)

if idempotencyKey ~= '' then
  redis.call('SET', ownKey('idempotency', owner, idempotencyKey), id .. ' ' .. fingerprint, 'PX', idempotencyMs)
end
if expiresAt ~= '' then redis.call('ZADD', key('expiring'), expiresAt, id) end
if payload ~= '' and payloadCacheMs ~= '' then
  redis.call('SET', key('payload', id), payload, 'PX', payloadCacheMs)
elseif payload ~= '' then
  redis.call('SET', key('payload', id), payload)
end
index(owner, nil, state)

local events = {}
if state == 'scheduled' then
  redis.call('ZADD', key('outbox'), int(now), id)
else
  joinOrder(task)
  if not admit(task, tonumber(window)) then events = announce(task) end
end
return { 'accepted', fields(), events }
