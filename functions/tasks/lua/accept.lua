-- Stores a new task and its payload, atomically with its idempotency key. The message is sent afterwards: until then
-- the task stands in the outbox, where the sweeper finds it.
-- ARGV: now, owner, type, state, delivery, details (JSON), payload, payloadBytes, maxAttempts, scheduledFor|'',
--       expiresAt|'', idempotencyKey|'', fingerprint of the request, how long idempotency keys are kept (ms)
-- → {'accepted' | 'duplicate', fields} | {'in-flight'} | {'reused'} | {'withdrawn'}
local owner, type, state, delivery, details, payload, payloadBytes, maxAttempts = unpack(ARGV, 2, 9)
local scheduledFor, expiresAt, idempotencyKey, fingerprint, idempotencyMs = unpack(ARGV, 10, 14)

if redis.call('EXISTS', KEYS[1]) == 1 then
  -- The same command again, after a reply that got lost on its way.
  return { 'accepted', redis.call('HGETALL', KEYS[1]) }
end

if redis.call('EXISTS', key('withdrawn', id)) == 1 then return { 'withdrawn' } end

if idempotencyKey ~= '' then
  local known = redis.call('GET', key('idempotency', owner, idempotencyKey))
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
  redis.call('SET', key('idempotency', owner, idempotencyKey), id .. ' ' .. fingerprint, 'PX', idempotencyMs)
  redis.call('HSET', KEYS[1], 'idempotencyKey', idempotencyKey)
end

-- The time in the ID (UUID version 7), so that tasks are in order of what is shown as their time.
local createdAt = int(tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16))
redis.call('HSET', KEYS[1], 'id', id, 'owner', owner, 'type', type, 'state', state, 'delivery', delivery,
  'details', details, 'payloadBytes', payloadBytes, 'attempt', 0, 'maxAttempts', maxAttempts, 'createdAt', createdAt)
if scheduledFor ~= '' then redis.call('HSET', KEYS[1], 'scheduledFor', scheduledFor) end
if expiresAt ~= '' then
  redis.call('HSET', KEYS[1], 'expiresAt', expiresAt)
  redis.call('ZADD', key('expiring'), expiresAt, id)
end
redis.call('SET', key('payload', id), payload)
redis.call('ZADD', key('outbox'), int(now), id)
index(owner, nil, state)
return { 'accepted', redis.call('HGETALL', KEYS[1]) }
