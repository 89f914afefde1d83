-- Takes one of the places in which tasks of a type run at once, or keeps it: whoever dies loses it when its time is over.
-- KEYS[1]: sorted set of tokens by the time they are kept until. ARGV: token, how many places, how long one is kept (ms)
-- → 1 when the token has a place, else 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[3])), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
