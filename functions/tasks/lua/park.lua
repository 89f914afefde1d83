-- Parks a task whose type runs as often as it may: its message has come and is used up.
-- ARGV: now, attempt of the message, gate → {'parked', events, owner}
--   | {'passed'} when the message is not the one that would start the task
local task = lib.read()
if not task or task.finishedAt or task.state == 'running' then return { 'passed' } end
-- A message that comes twice: another one comes when the task's turn has come.
if task.parked then return { 'parked', {}, task.owner } end
if tonumber(ARGV[2]) <= tonumber(task.attempt) then return { 'passed' } end
local dueAt = task.state == 'scheduled' and task.scheduledFor or task.state == 'retrying' and task.nextAttemptAt
if dueAt and tonumber(dueAt) > now then return { 'passed' } end
local events = lib.announce(task)
-- A scheduled task takes its place in the order now, as its time has come.
lib.joinOrder(task)
lib.park(task, lib.key('gate', ARGV[3]))
return { 'parked', events, task.owner }
