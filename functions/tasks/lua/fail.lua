-- Ends an attempt badly: retried at `nextAttemptAt`, or dead-lettered when that is ''.
-- ARGV: now, lease token, error (JSON), nextAttemptAt|'', the same as text, 1 when the attempt does not count, stack (JSON)|'',
--       1 when the sweeper asks, for a worker that is gone
-- → {'retrying' | 'dead-lettered' | 'lost', events, nextAttemptAt?}
local token, failure, nextAttemptAt, nextAttemptIso, postponed, stack, forGone = unpack(ARGV, 2, 8)
local task = lib.read()
if not task or task.leaseToken ~= token then return { 'lost', {} } end
-- The same command again, after a reply that got lost on its way.
if task.state == 'retrying' then return { 'retrying', {}, task.nextAttemptAt } end
if task.state == 'dead-lettered' then return { 'dead-lettered', {} } end
-- The worker may have come back since the sweeper looked, or the sweeper's clock be ahead: here the lease decides, as for any other.
local heldUntil = tonumber(task.leaseUntil or task.holdsKeyUntil or 0)
if forGone == '1' and heldUntil > now then return { 'lost', {} } end
if task.state ~= 'running' then
  lib.letKeyGo(task)
  return { 'lost', {} }
end

lib.set('error', failure)
if postponed ~= '1' then lib.keepError(task.attempt, failure, stack) end
if nextAttemptAt == '' then
  lib.finish(task, 'dead-lettered')
  return { 'dead-lettered', { lib.append(task.owner, 'dead-lettered', 'dead-lettered', task.attempt, ',"error":' .. failure) } }
end
lib.enter(task, 'retrying')
lib.set('nextAttemptAt', nextAttemptAt)
lib.awaitNoMore('leases')
lib.await('outbox', now)
lib.leaveGates(task)
if task.expiresAt then lib.await('expiring', task.expiresAt) end
local details = ',"error":' .. failure .. ',"nextAttemptAt":"' .. nextAttemptIso .. '"'
if postponed == '1' then
  lib.increment('uncounted')
  details = details .. ',"maxAttempts":' .. lib.int(lib.increment('maxAttempts'))
end
return { 'retrying', { lib.append(task.owner, 'retrying', 'retrying', task.attempt, details) }, nextAttemptAt }
