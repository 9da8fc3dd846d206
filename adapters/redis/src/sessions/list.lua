local user = ARGV[1]
local found = {}
for _, key in ipairs(redis.call('SMEMBERS', list_of(user))) do
  if user_of(key) == user then
    found[#found + 1] = { key, redis.call('GET', name_of(key)) }
  else
    strike(key, user)
  end
end
return found
