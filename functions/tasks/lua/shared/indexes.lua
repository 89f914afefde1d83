-- The sorted sets of IDs that a batch changes once each: `scores` says of each which IDs it is to have, with which score, or not
-- (false). Nothing else changes them, and no step reads what one before it in the batch made of them. `own` says so of the task in
-- hand, set and score in turn: where its step fails, as when Redis has no memory left, the sets stay as they are, like its record.
local scores, own, ownGrown = {}, {}, {}

local function keepScore(set, score, of)
  local ids = scores[set]
  if not ids then
    ids = {}
    scores[set] = ids
  end
  ids[of] = score
end

function lib.score(set, score, other)
  if other then return keepScore(set, score, other) end
  local n = #own
  own[n + 1], own[n + 2] = set, score
end

function lib.beginScores()
  own, ownGrown = {}, {}
end

-- Where tasks wait for the sweeper: outbox, leases, expiring, finished, callbacks, unpublished. `at` is when it is to look at them.
function lib.await(waiting, at, other)
  lib.score(lib.key(waiting), lib.int(at), other)
end

function lib.awaitNoMore(waiting)
  lib.score(lib.key(waiting), false)
end

-- Whether the task waits there now, this batch included.
function lib.awaits(waiting)
  local set = lib.key(waiting)
  for i = #own - 1, 1, -2 do
    if own[i] == set then return own[i + 1] end
  end
  local score = scores[set] and scores[set][id]
  if score ~= nil then return score end
  return redis.call('ZSCORE', set, id)
end

-- The indexes: one for each state and one for any, of each owner and of all. `sizes` are those before this batch, of which `grown` says by
-- how much they grow.
local indexKeys, sizes, grown = {}, {}, {}

function lib.indexKey(state, owner)
  local keys = indexKeys[owner or '']
  if not keys then
    keys = {}
    indexKeys[owner or ''] = keys
  end
  local found = keys[state]
  if not found then
    found = lib.key('by-state', state, owner)
    keys[state] = found
  end
  return found
end

function lib.countInState(owner, state)
  local set = lib.indexKey(state, owner)
  sizes[set] = sizes[set] or redis.call('ZCARD', set)
  return sizes[set] + (grown[set] or 0) + (ownGrown[set] or 0)
end

function lib.markState(owner, state, isIn)
  local ofAll, ofOwner = lib.indexKey(state), lib.indexKey(state, owner)
  lib.score(ofAll, isIn and 0)
  lib.score(ofOwner, isIn and 0)
  ownGrown[ofOwner] = (ownGrown[ofOwner] or 0) + (isIn and 1 or -1)
end

-- Moves the task from the index of one state to another's; `from` is nil for a new one.
function lib.index(owner, from, to)
  if from == to then return end
  lib.markState(owner, from or 'any', not from)
  lib.markState(owner, to, true)
end

function lib.unindex(task)
  lib.markState(task.owner, 'any', false)
  lib.markState(task.owner, task.state, false)
end

-- The step has done what it was to do.
function lib.keepScores()
  for i = 1, #own, 2 do keepScore(own[i], own[i + 1], id) end
  for set, by in pairs(ownGrown) do grown[set] = (grown[set] or 0) + by end
end

-- Lua's stack takes some thousands of values.
local idsAtOnce = 1000

local function change(command, set, values, perId)
  local step = idsAtOnce * perId
  for first = 1, #values, step do
    redis.call(command, set, unpack(values, first, math.min(#values, first + step - 1)))
  end
end

function lib.flushScores()
  for set, ids in pairs(scores) do
    local added, removed = {}, {}
    for other, score in pairs(ids) do
      if score then
        added[#added + 1] = score
        added[#added + 1] = other
      else
        removed[#removed + 1] = other
      end
    end
    change('ZREM', set, removed, 1)
    change('ZADD', set, added, 2)
  end
end

function lib.enter(task, state)
  lib.index(task.owner, task.state, state)
  lib.set('state', state)
end
