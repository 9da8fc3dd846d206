local user, except = unpack(ARGV)
local removed = 0
for _, key in ipairs(redis.call('SMEMBERS', list_of(user))) do
  if key ~= except then
    if user_of(key) == user then
      remove(key, user)
      removed = removed + 1
    else
      strike(key, user)
    end
  end
end
return removed
