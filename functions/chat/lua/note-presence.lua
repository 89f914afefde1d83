-- KEYS[1]: hash of the room (append.lua). Who has it open is a sorted set beside it, by the time until which that is so.
-- ARGV: who, for how many milliseconds it is so from now on (0: no longer), how many people are told of
-- → {1 where somebody came or went, who is here}
local here = KEYS[1] .. ':here'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lasts = tonumber(ARGV[2])
local changes = redis.call('ZREMRANGEBYSCORE', here, '-inf', string.format('%.0f', now))
if lasts == 0 then
  changes = changes + redis.call('ZREM', here, ARGV[1])
else
  changes = changes + redis.call('ZADD', here, string.format('%.0f', now + lasts), ARGV[1])
  if redis.call('PTTL', here) < lasts then redis.call('PEXPIRE', here, lasts) end
end
return { changes > 0 and 1 or 0, redis.call('ZREVRANGE', here, 0, tonumber(ARGV[3]) - 1) }
