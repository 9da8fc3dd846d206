local before, limit = ARGV[1], tonumber(ARGV[2])
local found = {}
-- An account that Redis has dropped for want of memory must not stand before the others for good.
while #found < limit do
  local accounts = redis.call('ZRANGEBYSCORE', due, '-inf', '(' .. before, 'LIMIT', #found, limit - #found)
  if #accounts == 0 then break end
  for _, account in ipairs(accounts) do
    if redis.call('EXISTS', name_of(account)) == 1 then
      found[#found + 1] = account
    else
      redis.call('ZREM', due, account)
    end
  end
end
return found
