-- Takes a dead letter off the list: it stays as it is, and can still be replayed, until retention ends. What it held back
-- goes on. Its message is taken out of the broker's dead-letter queue by the sweeper.
-- ARGV: now, owner who asks, or '' for an operator, note (JSON) → {'discarded', {}, fields} | {'forbidden-state', fields} | {'unknown'}
local task = lib.read()
if not task or (ARGV[2] ~= '' and task.owner ~= ARGV[2]) then return { 'unknown' } end
if task.state ~= 'dead-lettered' then return { 'forbidden-state', lib.fields() } end
if not task.discarded then
  lib.set('discarded', ARGV[3])
  lib.await('finished', now)
  redis.call('SADD', lib.key('obsolete-messages'), id .. ':' .. task.attempt)
  lib.leaveOrder(task)
  lib.tellOfEnding()
end
return { 'discarded', {}, lib.fields() }
