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

local waiting = redis.call('ZCARD', key('by-state', 'queued', owner)) + redis.call('ZCARD', key('by-state', 'retrying', owner))
if waiting >= tonumber(ownerBacklog) then return { 'full' } end

if idempotencyKey ~= '' then
  redis.call('SET', ownKey('idempotency', owner, idempotencyKey), id .. ' ' .. fingerprint, 'PX', idempotencyMs)
  redis.call('HSET', KEYS[1], 'idempotencyKey', idempotencyKey)
end

-- The time in the ID (UUID version 7), so that tasks are in order of what is shown as their time.
local createdAt = int(tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16))
redis.call('HSET', KEYS[1], 'id', id, 'owner', owner, 'type', type, 'state', state, 'delivery', delivery,
  'details', details, 'lane', lane, 'payloadBytes', payloadBytes, 'attempt', 0, 'maxAttempts', maxAttempts, 'createdAt', createdAt)
if scheduledFor ~= '' then redis.call('HSET', KEYS[1], 'scheduledFor', scheduledFor) end
if orderingKey ~= '' then redis.call('HSET', KEYS[1], 'orderingKey', orderingKey) end
if holds == '1' then redis.call('HSET', KEYS[1], 'holds', 1) end
if concurrencyKey ~= '' then redis.call('HSET', KEYS[1], 'concurrencyKey', concurrencyKey) end
if callbackUrl ~= '' then redis.call('HSET', KEYS[1], 'callbackUrl', callbackUrl) end
if expiresAt ~= '' then
  redis.call('HSET', KEYS[1], 'expiresAt', expiresAt)
  redis.call('ZADD', key('expiring'), expiresAt, id)
end
if payloadSha256 ~= '' then redis.call('HSET', KEYS[1], 'payloadSha256', payloadSha256) end
if payloadBlob ~= '' then redis.call('HSET', KEYS[1], 'payloadBlob', payloadBlob) end
if payload ~= '' then redis.call('SET', key('payload', id), payload) end
if payloadCacheMs ~= '' then redis.call('PEXPIRE', key('payload', id), payloadCacheMs) end
index(owner, nil, state)

local events = {}
local task = read()
if state == 'scheduled' then
  redis.call('ZADD', key('outbox'), int(now), id)
else
  joinOrder(task)
  if not admit(task, tonumber(window)) then
    redis.call('HSET', KEYS[1], 'announced', 1, 'queuedAt', int(now))
    events[1] = append(owner, state, state, 0)
  end
end
return { 'accepted', redis.call('HGETALL', KEYS[1]), events }
