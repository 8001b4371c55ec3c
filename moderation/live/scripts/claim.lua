-- ARGV: lease_ms, holder, order, lane_step_ms, number of lanes, the lanes, a token per comment wanted.
-- Returns the end of the leases, then id, token, lane for each.
local lease_ms, holder, order, lane_step_ms = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local lanes = tonumber(ARGV[5])
local wanted = #ARGV - 5 - lanes

-- a lease that ran out is claimable now, even if nobody runs reap
reap(100)

local function head_of(lane)
  if order == 'priority' then
    return redis.call('ZRANGE', RANK[lane], 0, wanted - 1, 'WITHSCORES')
  elseif order == 'oldest' then
    return redis.call('ZRANGE', AGE[lane], 0, wanted - 1, 'WITHSCORES')
  end
  return redis.call('ZRANGE', AGE[lane], 0, wanted - 1, 'REV', 'WITHSCORES')
end

local function place_of(score, nth_lane)
  if order == 'priority' then
    return score + (nth_lane - 1) * lane_step_ms
  elseif order == 'oldest' then
    return score
  end
  return -score
end

local heads = {}
for nth = 1, lanes do
  local lane = ARGV[5 + nth]
  local head = head_of(lane)
  for i = 1, #head, 2 do
    local place = place_of(tonumber(head[i + 1]), nth)
    heads[#heads + 1] = { id = head[i], lane = lane, place = place, found = #heads }
  end
end
table.sort(heads, function(a, b)
  if a.place ~= b.place then
    return a.place < b.place
  end
  return a.found < b.found
end)

local ends = whole(now_ms() + lease_ms)
local claimed, by_lane = { ends }, {}
for i = 1, math.min(wanted, #heads) do
  local id, lane, token = heads[i].id, heads[i].lane, ARGV[5 + lanes + i]
  by_lane[lane] = by_lane[lane] or { ids = {}, tokens = {} }
  table.insert(by_lane[lane].ids, id)
  table.insert(by_lane[lane].tokens, token)
  claimed[#claimed + 1], claimed[#claimed + 2], claimed[#claimed + 3] = id, token, lane
end

-- one command a lane and not one a comment: a third less time for a claim of 50
for lane, chosen in pairs(by_lane) do
  local ids = chosen.ids
  local priorities = redis.call('ZMSCORE', RANK[lane], unpack(ids))
  local births = redis.call('ZMSCORE', AGE[lane], unpack(ids))
  redis.call('ZREM', RANK[lane], unpack(ids))
  redis.call('ZREM', AGE[lane], unpack(ids))
  local records, tokens, expiries = {}, {}, {}
  for i, id in ipairs(ids) do
    local token = chosen.tokens[i]
    local lease = { lane = lane, priority = priorities[i], created = births[i], token = token, holder = holder }
    records[2 * i - 1], records[2 * i] = id, format_lease(lease)
    tokens[2 * i - 1], tokens[2 * i] = token, id
    expiries[2 * i - 1], expiries[2 * i] = ends, id
  end
  redis.call('HSET', LEASE_OF, unpack(records))
  redis.call('HSET', TOKEN_OF, unpack(tokens))
  redis.call('ZADD', LEASES, unpack(expiries))
end
return claimed
