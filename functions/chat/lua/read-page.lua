-- KEYS[1]: hash of the room (append.lua). Who has read how far is a sorted set beside it.
-- ARGV: sequence before which, or '', sequence after which, or '', how many messages, how many readers; without the first two, the newest
-- → {sequence of the oldest that is kept, of the newest, of the first one here, messages, readers and how far, by turns, furthest first}
local messages = KEYS[1] .. ':messages'
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or 0)
local count = redis.call('LLEN', messages)
local first = count > 0 and last - count + 1 or 0
local limit = tonumber(ARGV[3])
local from, to
if ARGV[2] ~= '' then
  from = math.max(tonumber(ARGV[2]) + 1, first)
  to = math.min(from + limit - 1, last)
else
  to = ARGV[1] == '' and last or math.min(tonumber(ARGV[1]) - 1, last)
  from = math.max(to - limit + 1, first)
end
local page = count > 0 and from <= to and redis.call('LRANGE', messages, from - first, to - first) or {}
local readers = redis.call('ZREVRANGE', KEYS[1] .. ':reads', 0, tonumber(ARGV[4]) - 1, 'WITHSCORES')
return { first, last, from, page, readers }
