/**
 * Reads the time and the counts of `KEYS[1]`, and keeps them. Counts are one MessagePack array: when the key was created
 * (epoch us), then one record per limit: its tag, when it counts nothing any more (epoch ms), and the counts of its kind.
 *
 * Records of other limits are kept until they count nothing: another deployment may still use them.
 */
export const countsLua = `
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local now = floor(nowUs / 1000)

local createdUs, records = nowUs, {}
local packed = redis.call('GET', KEYS[1])
if packed then
  local kept = cmsgpack.unpack(packed)
  createdUs = kept[1]
  for i = 2, #kept do
    local record = kept[i]
    if record[2] > now then records[record[1]] = record end
  end
end

local function keep()
  local kept, last = { createdUs }, now
  for _, record in pairs(records) do
    if record[2] > now then
      kept[#kept + 1] = record
      last = max(last, record[2])
    end
  end
  if last > now then
    redis.call('SET', KEYS[1], cmsgpack.pack(kept), 'PX', last - now)
  else
    redis.call('DEL', KEYS[1])
  end
end

-- How each kind of limit counts. A state is what its record counts now; target is how much may be used.
--   roll(limit, record)     the state: its fields, how much is used, whether a clock set back has moved it
--   wait(state, target)     ms until at most target are used, if nothing more is taken
--   charge(state, cost)     counts cost more
--   record(state)           the state as a record
--   refund(state, taken)    gives back taken.cost, unless the window of taken.at is over
local kinds = {}
`;
