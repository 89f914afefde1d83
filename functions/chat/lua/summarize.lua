-- KEYS[1]: hash of the room (append.lua). ARGV: who asks, how many people are told of
-- → {sequence of the newest message, when it came or '', how far the caller has read, who has the room open}
local time = redis.call('TIME')
local now = string.format('(%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local room = redis.call('HMGET', KEYS[1], 'last', 'lastAt')
local read = redis.call('ZSCORE', KEYS[1] .. ':reads', ARGV[1])
local here = redis.call('ZREVRANGEBYSCORE', KEYS[1] .. ':here', '+inf', now, 'LIMIT', 0, ARGV[2])
return { tonumber(room[1] or 0), room[2] or '', tonumber(read or 0), here }
