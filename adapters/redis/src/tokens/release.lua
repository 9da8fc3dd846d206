local account, holder = unpack(ARGV)
if redis.call('HGET', name_of(account), 'fence') == holder then
  redis.call('HDEL', name_of(account), 'fence', 'until')
end
return 1
