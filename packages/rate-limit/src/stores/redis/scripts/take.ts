/**
 * `ARGV`: cost, 1 to keep the outcome (0 to look only), and per limit: kind, tag, limit, then its span (window in ms, or us
 * a token) or, for a quota, when the period starts and ends and the next one ends (epoch ms).
 *
 * Returns the time (epoch us), ms to wait (0: charged, -1: it never fits), and per limit how much was used before, and ms
 * until nothing is used. Returns the time alone, and changes nothing, if it lies outside a quota's periods.
 */
export const takeLua = `
local cost, keeps = tonumber(ARGV[1]), ARGV[2] == '1'

local limits, at = {}, 3
while ARGV[at] do
  local limit = { kind = kinds[ARGV[at]], tag = tonumber(ARGV[at + 1]), most = tonumber(ARGV[at + 2]) }
  if ARGV[at] == 'quota' then
    limit.due, limit.following = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
    if now < tonumber(ARGV[at + 3]) or now >= limit.following then return { nowUs } end
    at = at + 6
  else
    limit.span = tonumber(ARGV[at + 3])
    at = at + 4
  end
  limits[#limits + 1] = limit
end

local wait, moved = 0, false
for _, limit in ipairs(limits) do
  local state = limit.kind.roll(limit, records[limit.tag])
  limit.state = state
  moved = moved or state.moved
  if cost > limit.most then
    wait = -1
  elseif wait >= 0 and state.used + cost > limit.most then
    wait = max(wait, limit.kind.wait(state, limit.most - cost))
  end
end

local reply = { nowUs, wait }
local charges = wait == 0 and cost > 0
for _, limit in ipairs(limits) do
  local kind, state = limit.kind, limit.state
  reply[#reply + 1] = state.used
  if charges then kind.charge(state, cost) end
  reply[#reply + 1] = kind.wait(state, 0)
  records[limit.tag] = { limit.tag, kind.record(state) }
end
if keeps and (charges or moved) then keep() end
return reply
`;
