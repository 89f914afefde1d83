-- KEYS[1]: hash of the room: `last`, the sequence of its newest message, and `lastAt`. Beside it a list of its newest messages, oldest first, each
-- '<milliseconds> <JSON>', and a sorted set of the tasks that they came by, each with the sequence that it got: twice as many as messages.
-- ARGV: task, the message as JSON, how many are kept, its author → {sequence, the message as it is kept, or '' where it is kept no longer}
-- A task that comes again gets what it got.
local messages, sequences = KEYS[1] .. ':messages', KEYS[1] .. ':sequences'
local kept = tonumber(ARGV[3])
local known = redis.call('ZSCORE', sequences, ARGV[1])
if known then
  local last = tonumber(redis.call('HGET', KEYS[1], 'last'))
  return { tonumber(known), redis.call('LINDEX', messages, tonumber(known) - last - 1) or '' }
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local entry = now .. ' ' .. ARGV[2]
local sequence = redis.call('HINCRBY', KEYS[1], 'last', 1)
redis.call('HSET', KEYS[1], 'lastAt', now)
redis.call('RPUSH', messages, entry)
redis.call('LTRIM', messages, -kept, -1)
redis.call('ZADD', sequences, sequence, ARGV[1])
redis.call('ZREMRANGEBYSCORE', sequences, '-inf', sequence - 2 * kept)
-- Who has read all that came before has read what they say themselves.
local reads = KEYS[1] .. ':reads'
if tonumber(redis.call('ZSCORE', reads, ARGV[4]) or 0) == sequence - 1 then redis.call('ZADD', reads, sequence, ARGV[4]) end
return { sequence, entry }
