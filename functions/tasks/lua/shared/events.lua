-- Cursors grow with time and are unique over all partitions: the partition is the last hexadecimal digit of the sequence.
-- `lastInFeed` and `lastOf` are read once a batch, and written by `flushEvents`, like what timelines grow by.
local lastInFeed
local lastOf, timelines = {}, {}

function lib.nextCursor()
  lastInFeed = lastInFeed or redis.call('GET', lib.key('clock')) or '0-0'
  local lastMs, lastSequence = string.match(lastInFeed, '^(%d+)-(%d+)$')
  lastMs, lastSequence = tonumber(lastMs), tonumber(lastSequence)
  if lastMs < now then return lib.int(now) .. '-' .. lib.int(partition) end
  return lib.int(lastMs) .. '-' .. lib.int((math.floor(lastSequence / 16) + 1) * 16 + partition)
end

function lib.lastCursor(owner)
  if lastOf[owner] then return lastOf[owner] end
  local last = redis.call('GET', lib.key('last-event', owner))
  if last then return last end
  local newest = redis.call('XREVRANGE', lib.key('events', owner), '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1]
end

function lib.flushEvents()
  if not next(lastOf) then return end
  redis.call('SET', lib.key('clock'), lastInFeed)
  redis.call('PEXPIRE', lib.key('feed'), eventsKeptMs)
  for owner, cursor in pairs(lastOf) do
    redis.call('SET', lib.key('last-event', owner), cursor, 'PX', eventsKeptMs)
    redis.call('PEXPIRE', lib.key('events', owner), eventsKeptMs)
  end
  for timeline, entries in pairs(timelines) do redis.call('RPUSH', timeline, unpack(entries)) end
end

function lib.noteInTimeline(entry)
  local timeline = lib.key('timeline', id)
  local entries = timelines[timeline]
  if entries then
    entries[#entries + 1] = entry
  else
    timelines[timeline] = { entry }
  end
end

function lib.forgetTimeline()
  local timeline = lib.key('timeline', id)
  timelines[timeline] = nil
  redis.call('DEL', timeline)
end

-- Appends an event to the owner's stream, to the feed of all owners and, but for progress, to the task's timeline; counts it.
-- `details` is JSON to splice in, starting with a comma; `result` likewise, and is left out of the timeline.
-- The event carries no time of its own: it is the cursor's.
function lib.append(owner, kind, state, attempt, details, result)
  local own = lib.key('events', owner)
  local previous = lib.lastCursor(owner)
  local cursor = lib.nextCursor()
  local head = '{"cursor":"' .. cursor .. '"'
    .. (previous and ',"previous":"' .. previous .. '"' or '')
    .. ',"taskId":"' .. id .. '","kind":"' .. kind .. '","state":"' .. state .. '","attempt":' .. lib.int(attempt)
    .. (details or '')
  local event = head .. (result or '') .. '}'
  redis.call('XADD', own, 'MAXLEN', '~', eventsKeptPerOwner, cursor, 'event', event)
  redis.call('XADD', lib.key('feed'), 'MAXLEN', '~', eventsKeptInFeed, cursor, 'event', event, 'previous', lastInFeed)
  lastInFeed, lastOf[owner] = cursor, cursor
  if kind ~= 'progress' then lib.noteInTimeline(head .. '}') end
  lib.count(current, kind)
  return event
end

-- Keeps the error of an attempt beside the record, which has the last one only. `failure` is JSON, `stack` a JSON string, '' or nil.
function lib.keepError(attempt, failure, stack)
  local entry = '{"attempt":' .. lib.int(attempt) .. ',"at":' .. lib.int(now) .. ',"error":' .. failure
    .. (stack and stack ~= '' and ',"stack":' .. stack or '') .. '}'
  redis.call('RPUSH', lib.key('errors', id), entry)
  redis.call('LTRIM', lib.key('errors', id), -errorsKeptPerTask, -1)
end
