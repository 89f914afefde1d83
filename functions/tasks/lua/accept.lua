-- Stores a new task and its payload, atomically with its idempotency key. The message is sent afterwards: until then
-- the task stands in the outbox, where the sweeper finds it.
-- A task that has to wait before its lane is announced at once instead; its message is sent when its turn comes.
-- ARGV: now, owner, type, state, delivery, details (JSON), payload, payloadBytes, maxAttempts, scheduledFor|'',
--       expiresAt|'', idempotencyKey|'', fingerprint of the request, how long idempotency keys are kept (ms),
--       lane, orderingKey|'', 1 when a dead letter holds its ordering key, concurrencyKey|'',
--       how many messages of one owner wait in a lane at most, how many tasks of one owner wait in all at most,
--       callbackUrl|'', SHA-256 of the payload|'', name of the blob that holds it too|'' (then `payload` may be ''), how long Redis keeps it (ms)|''
-- → {'accepted', fields, or false where they are as they were given, events} | {'duplicate', fields} | {'in-flight'} | {'reused'} | {'withdrawn'} | {'full', how many tasks of one owner wait at most}
local owner, type, state, delivery, details, payload, payloadBytes, maxAttempts = unpack(ARGV, 2, 9)
local scheduledFor, expiresAt, idempotencyKey, fingerprint, idempotencyMs = unpack(ARGV, 10, 14)
local lane, orderingKey, holds, concurrencyKey, window, ownerBacklog, callbackUrl = unpack(ARGV, 15, 21)
local payloadSha256, payloadBlob, payloadCacheMs = unpack(ARGV, 22, 24)

local withdrawn = lib.key('withdrawn', id)
if redis.call('EXISTS', KEYS[1], withdrawn) > 0 then
  -- The same command again, after a reply that got lost on its way.
  if redis.call('EXISTS', KEYS[1]) == 1 then return { 'accepted', redis.call('HGETALL', KEYS[1]), {} } end
  return { 'withdrawn' }
end

if idempotencyKey ~= '' then
  local known = redis.call('GET', lib.ownKey('idempotency', owner, idempotencyKey))
  if known then
    local knownId, knownFingerprint = string.match(known, '^(%S+) (%S+)$')
    if knownFingerprint ~= fingerprint then return { 'reused' } end
    local knownTask = lib.key('task', knownId)
    if redis.call('EXISTS', knownTask) == 1 then
      if redis.call('HGET', knownTask, 'announced') == false then return { 'in-flight' } end
      redis.call('HINCRBY', knownTask, 'duplicates', 1)
      return { 'duplicate', redis.call('HGETALL', knownTask) }
    end
  end
end

local waiting = lib.countInState(owner, 'queued') + lib.countInState(owner, 'retrying')
if waiting >= tonumber(ownerBacklog) then return { 'full', ownerBacklog } end

-- The time in the ID (UUID version 7), so that tasks are in order of what is shown as their time.
local createdAt = tonumber(string.sub(id, 1, 8) .. string.sub(id, 10, 13), 16)
local record = {
  'id', id, 'owner', owner, 'type', type, 'state', state, 'delivery', delivery, 'details', details, 'lane', lane,
  'payloadBytes', payloadBytes, 'attempt', '0', 'maxAttempts', maxAttempts, 'createdAt', lib.int(createdAt),
}
local function add(name, value)
  if value == '' then return end
  record[#record + 1] = name
  record[#record + 1] = value
end
add('scheduledFor', scheduledFor)
add('expiresAt', expiresAt)
add('orderingKey', orderingKey)
add('holds', holds)
add('concurrencyKey', concurrencyKey)
add('callbackUrl', callbackUrl)
add('payloadSha256', payloadSha256)
add('payloadBlob', payloadBlob)
add('idempotencyKey', idempotencyKey)
redis.call('HSET', KEYS[1], unpack(record))

if idempotencyKey ~= '' then
  redis.call('SET', lib.ownKey('idempotency', owner, idempotencyKey), id .. ' ' .. fingerprint, 'PX', idempotencyMs)
end
if expiresAt ~= '' then lib.await('expiring', expiresAt) end
if payload ~= '' and payloadCacheMs ~= '' then
  redis.call('SET', lib.key('payload', id), payload, 'PX', payloadCacheMs)
elseif payload ~= '' then
  redis.call('SET', lib.key('payload', id), payload)
end
lib.index(owner, nil, state)

if state == 'scheduled' then
  lib.await('outbox', now)
  return { 'accepted', false, {} }
end
local task = lib.toTable(record)
recordRead, current = record, task
lib.joinOrder(task)
if lib.admit(task, tonumber(window)) then return { 'accepted', false, {} } end
local events = lib.announce(task)
return { 'accepted', lib.fields(), events }
