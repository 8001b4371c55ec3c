-- ARGV: token, holder, lease_ms. Returns id, lane, end of the lease; nothing if it is lost.
-- A lease that ran out but was not given away yet is kept: the beat was late, nobody was harmed.
local id, lease = held(ARGV[1], ARGV[2])
if not id then
  return false
end
local ends = whole(now_ms() + tonumber(ARGV[3]))
redis.call('ZADD', LEASES, ends, id)
return { id, lease.lane, ends }
