-- ARGV: owner, definition (JSON), time of the first run, now, how many schedules an owner may have,
--       idempotencyKey|'', fingerprint of the request, how long idempotency keys are kept (ms)
-- → {'created' | 'duplicate', fields} | {'full'} | {'reused'}
local owner, definition, cursor, now, most, idempotencyKey, fingerprint, keptMs = unpack(ARGV)
-- The same command again, after a reply that got lost on its way.
if redis.call('EXISTS', KEYS[1]) == 1 then return { 'created', redis.call('HGETALL', KEYS[1]) } end

-- Both are free text: the length in front keeps `a` with `b:c` apart from `a:b` with `c`.
local remembered = key('schedule-idempotency', #owner, owner, idempotencyKey)
local known = idempotencyKey ~= '' and redis.call('GET', remembered)
if known then
  local knownId, knownFingerprint = string.match(known, '^(%S+) (%S+)$')
  if knownFingerprint ~= fingerprint then return { 'reused' } end
  local fields = redis.call('HGETALL', key('schedule', knownId))
  if #fields > 0 then return { 'duplicate', fields } end
end

if redis.call('ZCARD', key('schedules', owner)) >= tonumber(most) then return { 'full' } end
if idempotencyKey ~= '' then redis.call('SET', remembered, id .. ' ' .. fingerprint, 'PX', keptMs) end
redis.call('HSET', KEYS[1], 'id', id, 'owner', owner, 'definition', definition, 'version', 1, 'cursor', cursor,
  'since', now, 'createdAt', now, 'updatedAt', now)
redis.call('ZADD', key('schedules'), 0, id)
redis.call('ZADD', key('schedules', owner), 0, id)
arrange()
return { 'created', redis.call('HGETALL', KEYS[1]) }
