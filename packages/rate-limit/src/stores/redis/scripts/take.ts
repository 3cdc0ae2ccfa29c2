/**
 * `ARGV`: cost, 1 to keep the outcome (0 to look only), and per limit: kind, tag, limit, then its span (window in ms, or us
 * a token) or, for a quota, when the period ends, when it starts, and when the next one ends (epoch ms).
 *
 * Returns the time (epoch us), ms to wait (0: charged, -1: it never fits), and per limit how much was used before, and ms
 * until nothing is used. Returns the time alone, and changes nothing, if it lies outside a quota's periods.
 */
export const takeLua = `
local cost, argument, count, wait = tonumber(ARGV[1]), 3, 0, 0
local used, records, spans, counters = {}, {}, {}, {}
while ARGV[argument] do
  local kind, tag, most = kinds[ARGV[argument]], tonumber(ARGV[argument + 1]), tonumber(ARGV[argument + 2])
  local span, following = tonumber(ARGV[argument + 3]), nil
  argument = argument + 4
  if kind == kinds.quota then
    following = tonumber(ARGV[argument + 1])
    if now < tonumber(ARGV[argument]) or now >= following then return { nowUs } end
    argument = argument + 2
  end
  local record = find(tag)
  if not record then
    record = kind.blank(tag)
    kept[#kept + 1] = record
  end
  count = count + 1
  used[count], records[count] = kind.roll(record, span, most, following), record
  spans[count], counters[count] = span, kind
  if cost > most then
    wait = -1
  elseif wait >= 0 and used[count] + cost > most then
    wait = max(wait, kind.wait(record, span, most - cost))
  end
end

local charges = wait == 0 and cost > 0
local reply = { nowUs, wait }
for i = 1, count do
  if charges then counters[i].charge(records[i], spans[i], cost) end
  reply[2 * i + 1], reply[2 * i + 2] = used[i], counters[i].wait(records[i], spans[i], 0)
end
if ARGV[2] == '1' and (charges or moved) then keep() end
return reply
`;
