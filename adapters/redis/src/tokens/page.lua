local provider, from, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local found = {}
while #found < limit do
  local subjects = redis.call('ZRANGEBYLEX', list_of(provider), from, '+', 'LIMIT', 0, limit - #found)
  if #subjects == 0 then break end
  for _, subject in ipairs(subjects) do
    local account = #provider .. ':' .. provider .. subject
    local row = redis.call('HMGET', name_of(account), 'sealed', 'version', 'refresh_at')
    if row[1] then
      found[#found + 1] = { subject, row }
    else
      redis.call('ZREM', list_of(provider), subject)
    end
    from = '(' .. subject
  end
end
return found
