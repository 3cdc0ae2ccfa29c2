/**
 * `ARGV`: when the charge was made (epoch us), its cost, and per limit: kind, tag, limit, its span (see take) or the end of
 * the period that was charged, and ms after which nothing would have been used.
 */
export const refundLua = `
local takenUs, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
-- Counted before the key was reset: nothing of it is left.
if takenUs < kept[1] then return 0 end

local taken = { at = floor(takenUs / 1000), cost = cost }
for i = 3, #ARGV, 5 do
  local kind, record, span = kinds[ARGV[i]], find(tonumber(ARGV[i + 1])), tonumber(ARGV[i + 3])
  if record and record[2] > now then
    taken.due, taken.reset = span, tonumber(ARGV[i + 4])
    -- A quota's record is in its own period, whichever that is: it is not over yet.
    if kind ~= kinds.quota then kind.roll(record, span, tonumber(ARGV[i + 2])) end
    kind.refund(record, span, taken)
  end
end
keep()
return 1
`;
