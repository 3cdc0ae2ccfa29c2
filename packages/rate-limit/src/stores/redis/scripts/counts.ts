/**
 * Reads the time and the counts of `KEYS[1]`, and keeps them. Counts are one MessagePack array: when the key was created
 * (epoch us), then one record per limit: its tag, when it counts nothing any more (epoch ms), and the counts of its kind.
 *
 * Records of other limits are kept until they count nothing: another deployment may still use them. Tables and functions
 * are what a script spends its time on, so records are changed in place, and only the kinds in use are in a script.
 */
export const countsLua = `
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local time = redis.call('TIME')
local nowUs = time[1] * 1000000 + time[2]
local now = floor(nowUs / 1000)

local packed = redis.call('GET', KEYS[1])
local kept = packed and cmsgpack.unpack(packed) or { nowUs }
-- Whether a record was changed because the clock was set back: it must be kept, even if nothing is charged.
local moved = false

local function find(tag)
  for i = 2, #kept do
    if kept[i][1] == tag then return kept[i] end
  end
end

local function keep()
  local length, count, last = #kept, 1, now
  for i = 2, length do
    local record = kept[i]
    if record[2] > now then
      count = count + 1
      kept[count] = record
      last = max(last, record[2])
    end
  end
  for i = count + 1, length do kept[i] = nil end
  if count > 1 then
    redis.call('SET', KEYS[1], cmsgpack.pack(kept), 'PX', last - now)
  else
    redis.call('DEL', KEYS[1])
  end
end

-- How each kind of limit counts in its record. The span is the window in ms, us a token, or the end of a quota's period.
--   blank(tag)                            the record of a limit that counts nothing
--   roll(record, span, most, following)   moves the record on to now, and returns how much is used
--   wait(record, span, target)            ms until at most target are used, if nothing more is taken
--   charge(record, span, cost)            counts cost more
--   refund(record, span, taken)           gives back taken.cost, unless the window of taken.at is over
local kinds = {}
`;
