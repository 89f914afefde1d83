-- KEYS[1]: hash of the room (append.lua). ARGV: who, the sequence up to which they have read
-- → {how far they have read now, 1 where that is further than before}: it never goes back, nor beyond the newest
local reads = KEYS[1] .. ':reads'
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or 0)
local before = tonumber(redis.call('ZSCORE', reads, ARGV[1]) or 0)
local sequence = math.min(tonumber(ARGV[2]), last)
if sequence <= before then return { before, 0 } end
redis.call('ZADD', reads, sequence, ARGV[1])
return { sequence, 1 }
