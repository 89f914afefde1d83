-- Adds what the task scripts have counted (functions/tasks/lua/shared/statistics.lua) to the counts of longer spans of time, for each
-- owner and for all owners of the partition. What comes late to a span that was merged already is merged again by itself.
-- KEYS[1]: {tag}:pending-counts. ARGV: now|'', how many hashes to take at most, then length (ms) and retention (ms) of each span
-- → how many hashes were merged
local tag = string.match(KEYS[1], '^{[^}]*}')
local pendingSpanMs = 10 * 1000
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)

local sums, kept = {}, {}
local function add(name, keptMs, field, amount)
  sums[name], kept[name] = sums[name] or {}, keptMs
  sums[name][field] = (sums[name][field] or 0) + amount
end

-- A field of the task scripts, as the fields that it adds to.
local function fieldsOf(counted)
  local wait, run, total = string.match(counted, '^completed:(%d+):(%d+):(%d+)$')
  if wait then return { 'completed', 'wait:' .. wait, 'run:' .. run, 'total:' .. total } end
  local kind = string.match(counted, '^([^:]+):')
  return kind and { kind, counted } or { counted }
end

local last = string.format('%.0f', now - pendingSpanMs)
local pending = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', last, 'LIMIT', 0, ARGV[2])
for _, name in ipairs(pending) do
  local start, owner = string.match(string.sub(name, #KEYS[1] + 2), '^(%d+):(.*)$')
  local counts = redis.call('HGETALL', name)
  for i = 1, #counts, 2 do
    for _, field in ipairs(fieldsOf(counts[i])) do
      for span = 3, #ARGV, 2 do
        local spanMs = tonumber(ARGV[span])
        local target = tag .. ':counts:' .. ARGV[span] .. ':' .. string.format('%.0f', math.floor(start / spanMs) * spanMs)
        add(target, ARGV[span + 1], field, counts[i + 1])
        add(target .. ':' .. owner, ARGV[span + 1], field, counts[i + 1])
      end
    end
  end
  redis.call('DEL', name)
  redis.call('ZREM', KEYS[1], name)
end
for name, fields in pairs(sums) do
  for field, amount in pairs(fields) do redis.call('HINCRBY', name, field, string.format('%.0f', amount)) end
  redis.call('PEXPIRE', name, kept[name])
end
return #pending
