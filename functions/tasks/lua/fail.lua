-- Ends an attempt badly: retried at `nextAttemptAt`, or dead-lettered when that is ''.
-- ARGV: now, lease token, error (JSON), nextAttemptAt|'', the same as text, 1 when the attempt does not count, stack (JSON)|''
-- → {'retrying' | 'dead-lettered' | 'lost', events, nextAttemptAt?}
local token, failure, nextAttemptAt, nextAttemptIso, postponed, stack = unpack(ARGV, 2, 7)
local task = read()
if not task or task.leaseToken ~= token then return { 'lost', {} } end
-- The same command again, after a reply that got lost on its way.
if task.state == 'retrying' then return { 'retrying', {}, task.nextAttemptAt } end
if task.state == 'dead-lettered' then return { 'dead-lettered', {} } end
if task.state ~= 'running' then return { 'lost', {} } end

set('error', failure)
if postponed ~= '1' then keepError(task.attempt, failure, stack) end
if nextAttemptAt == '' then
  finish(task, 'dead-lettered')
  return { 'dead-lettered', { append(task.owner, 'dead-lettered', 'dead-lettered', task.attempt, ',"error":' .. failure) } }
end
enter(task, 'retrying')
set('nextAttemptAt', nextAttemptAt)
redis.call('ZREM', key('leases'), id)
redis.call('ZADD', key('outbox'), int(now), id)
leaveGates(task)
if task.expiresAt then redis.call('ZADD', key('expiring'), task.expiresAt, id) end
local details = ',"error":' .. failure .. ',"nextAttemptAt":"' .. nextAttemptIso .. '"'
if postponed == '1' then details = details .. ',"maxAttempts":' .. int(increment('maxAttempts')) end
return { 'retrying', { append(task.owner, 'retrying', 'retrying', task.attempt, details) }, nextAttemptAt }
