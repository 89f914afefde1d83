-- Sends a dead letter on its way again, with as many attempts as it had at first. Its old message stays in the broker's
-- dead-letter queue until the sweeper has taken it out.
-- ARGV: now, owner who asks, or '' for an operator, how many messages of one owner wait in a lane at most
-- → {'replayed', events, fields} | {'forbidden-state', fields} | {'unknown'}
local task = read()
if not task or (ARGV[2] ~= '' and task.owner ~= ARGV[2]) then return { 'unknown' } end
if task.state ~= 'dead-lettered' then return { 'forbidden-state', redis.call('HGETALL', KEYS[1]) } end
local attemptsPerReplay = tonumber(task.attemptsPerReplay or task.maxAttempts)
local maxAttempts = int(tonumber(task.attempt) + attemptsPerReplay)
redis.call('HSET', KEYS[1], 'attemptsPerReplay', int(attemptsPerReplay), 'queuedAt', int(now),
  'maxAttempts', maxAttempts)
redis.call('HINCRBY', KEYS[1], 'replays', 1)
redis.call('HDEL', KEYS[1], 'finishedAt', 'progress', 'expiresAt', 'leaseToken')
redis.call('ZREM', key('finished'), id)
redis.call('SADD', key('replayed-messages'), id .. ':' .. (task.givenUpAttempt or task.attempt))
redis.call('HDEL', KEYS[1], 'givenUpAttempt')
renewMessageId(task)
enter(task, 'queued')
-- One that held its key keeps its place; one that was set aside comes last.
joinOrder(task)
admit(task, tonumber(ARGV[3]))
local event = append(task.owner, 'replayed', 'queued', task.attempt, ',"maxAttempts":' .. maxAttempts)
return { 'replayed', { event }, redis.call('HGETALL', KEYS[1]) }
