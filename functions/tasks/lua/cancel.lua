-- ARGV: now, owner who asks, or '' for an operator, 1 for a task only that has not started
-- → {'cancelled', events, fields} | {'forbidden-state', fields} | {'unknown'}
local task = lib.read()
if not task or (ARGV[2] ~= '' and task.owner ~= ARGV[2]) then return { 'unknown' } end
if task.state == 'cancelled' then return { 'cancelled', {}, lib.fields() } end
if task.finishedAt or (ARGV[3] == '1' and tonumber(task.attempt) > 0) then return { 'forbidden-state', lib.fields() } end
local events = lib.announce(task)
lib.holdKey(task)
lib.finish(task, 'cancelled')
events[#events + 1] = lib.append(task.owner, 'cancelled', 'cancelled', task.attempt)
return { 'cancelled', events, lib.fields() }
