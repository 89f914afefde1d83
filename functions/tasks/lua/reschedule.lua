-- Gives a task that waits for its time another one. Its message gets a successor with an ID of its own; the old one, when it
-- comes, finds the task too early or gone on.
-- ARGV: now, owner who asks, or '' for an operator, new time (ms), the same as text
-- → {'rescheduled', events, fields} | {'forbidden-state', fields} | {'expires', fields} when it would expire by then | {'unknown'}
local scheduledFor = ARGV[3]
local task = lib.read()
if not task or (ARGV[2] ~= '' and task.owner ~= ARGV[2]) then return { 'unknown' } end
if task.state ~= 'scheduled' then return { 'forbidden-state', lib.fields() } end
-- The same command again, after a reply that got lost on its way.
if task.scheduledFor == scheduledFor then return { 'rescheduled', {}, lib.fields() } end
if task.expiresAt and tonumber(task.expiresAt) <= tonumber(scheduledFor) then
  return { 'expires', lib.fields() }
end
-- Its time may have come: it waits for its turn then, or has been woken for it, and gives that up.
lib.unpark(task)
lib.leaveWindow(task)
lib.leaveOrder(task)
lib.leaveGates(task)
lib.set('scheduledFor', scheduledFor)
lib.set('announced', 1)
lib.increment('resends')
lib.unset('confirmed', 'hopAt', 'letIn')
lib.await('outbox', now)
local event = lib.append(task.owner, 'scheduled', 'scheduled', 0, ',"scheduledFor":"' .. ARGV[4] .. '"')
return { 'rescheduled', { event }, lib.fields() }
