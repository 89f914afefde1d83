-- For the sweeper: the broker has dead-lettered the message of this attempt, so no delivery will come any more.
-- ARGV: now, attempt of the message, error (JSON)
-- → {'dead-lettered', events, owner} | {'busy', {}} while somebody holds the lease | {'settled', {}} when there is nothing to do
local task = read()
if not task or task.finishedAt or tonumber(ARGV[2]) < tonumber(task.attempt) then return { 'settled', {} } end
-- A later message stands for the task: of its next attempt, or of its replay.
if task.state ~= 'running' and tonumber(ARGV[2]) <= tonumber(task.attempt) then return { 'settled', {} } end
if task.state == 'running' and tonumber(task.leaseUntil) > now then return { 'busy', {} } end
redis.call('HSET', KEYS[1], 'error', ARGV[3], 'givenUpAttempt', ARGV[2])
finish(task, 'dead-lettered')
local event = append(task.owner, 'dead-lettered', 'dead-lettered', task.attempt, ',"error":' .. ARGV[3])
return { 'dead-lettered', { event }, task.owner }
