-- ARGV: token, holder, delay_ms added to the priority, id that the lease must be of, '' for any.
-- Returns the id; nothing if the lease is lost.
local id, lease = held(ARGV[1], ARGV[2])
if not id or (ARGV[4] ~= '' and ARGV[4] ~= id) then
  return false
end
local delay_ms = tonumber(ARGV[3])
if delay_ms ~= 0 then
  lease.priority = string.format('%.17g', tonumber(lease.priority) + delay_ms)
end
drop_leases({ id }, { lease.token })
let_wait(id, lease.lane, lease.priority, lease.created)
return id
