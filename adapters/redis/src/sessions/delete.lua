local key = ARGV[1]
local user = user_of(key)
if not user then return 0 end
remove(key, user)
return 1
