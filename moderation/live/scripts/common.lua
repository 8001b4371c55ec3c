-- Put in front of every queue script, after the lines `local LANES = {…}` and `local LONGEST_MS = …`
-- that Python writes.
-- KEYS: lane_of, leases, lease_of, token_of, then rank and age of each lane (keys.of_queue).
-- Scores travel as strings: Lua prints numbers with 14 digits, a score has up to 17.

local LANE_OF, LEASES, LEASE_OF, TOKEN_OF = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local RANK, AGE = {}, {}
for i, lane in ipairs(LANES) do
  RANK[lane], AGE[lane] = KEYS[3 + 2 * i], KEYS[4 + 2 * i]
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

local function let_wait(id, lane, priority, created)
  redis.call('ZADD', RANK[lane], priority, id)
  redis.call('ZADD', AGE[lane], created, id)
  redis.call('HSET', LANE_OF, id, lane)
end

local function stop_waiting(id, lane)
  redis.call('ZREM', RANK[lane], id)
  redis.call('ZREM', AGE[lane], id)
end

local function parse_lease(record)
  local lane, priority, created, token, holder = string.match(record, '^(%S+) (%S+) (%S+) (%S+) (.*)$')
  return { lane = lane, priority = priority, created = created, token = token, holder = holder }
end

local function read_lease(id)
  local record = redis.call('HGET', LEASE_OF, id)
  return record and parse_lease(record)
end

local function format_lease(lease)
  return table.concat({ lease.lane, lease.priority, lease.created, lease.token, lease.holder }, ' ')
end

local function drop_leases(ids, tokens)
  redis.call('ZREM', LEASES, unpack(ids))
  redis.call('HDEL', LEASE_OF, unpack(ids))
  redis.call('HDEL', TOKEN_OF, unpack(tokens))
end

-- The lease behind a token, if this holder has it: id, lease or nil.
local function held(token, holder)
  local id = redis.call('HGET', TOKEN_OF, token)
  local lease = id and read_lease(id)
  if lease and lease.token == token and lease.holder == holder then
    return id, lease
  end
  return nil, nil
end

-- Leases that have run out; and those that end later than any can, from before the clock was set back.
local function over(limit)
  local now = now_ms()
  local ids = redis.call('ZRANGEBYSCORE', LEASES, '-inf', whole(now), 'LIMIT', 0, limit)
  if #ids == 0 then
    ids = redis.call('ZRANGEBYSCORE', LEASES, whole(now + LONGEST_MS), '+inf', 'LIMIT', 0, limit)
  end
  return ids
end

-- One command a key and not one a comment: a claim of 50 may have to take back as many first.
local function reap(limit)
  local ids = over(limit)
  if #ids == 0 then
    return 0
  end
  local tokens, ranks, ages = {}, {}, {}
  for i, record in ipairs(redis.call('HMGET', LEASE_OF, unpack(ids))) do
    local lease = parse_lease(record)
    local rank, age = ranks[lease.lane] or {}, ages[lease.lane] or {}
    rank[#rank + 1], rank[#rank + 2] = lease.priority, ids[i]
    age[#age + 1], age[#age + 2] = lease.created, ids[i]
    ranks[lease.lane], ages[lease.lane], tokens[i] = rank, age, lease.token
  end
  drop_leases(ids, tokens)
  for lane, rank in pairs(ranks) do
    redis.call('ZADD', RANK[lane], unpack(rank))
    redis.call('ZADD', AGE[lane], unpack(ages[lane]))
  end
  return #ids
end
