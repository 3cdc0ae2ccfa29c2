/**
 * `ARGV`: when the charge was made (epoch us), its cost, and per limit: kind, tag, limit, its span (see take) or the end of
 * the period that was charged, and ms after which nothing would have been used.
 */
export const refundLua = `
local takenUs, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
-- Counted before the key was reset: nothing of it is left.
if takenUs < createdUs then return 0 end

for at = 3, #ARGV, 5 do
  local kind, record = kinds[ARGV[at]], records[tonumber(ARGV[at + 1])]
  if record then
    local span = tonumber(ARGV[at + 3])
    -- A quota's record is in its own period, whichever that is: it is not over yet.
    local state = kind.roll({ most = tonumber(ARGV[at + 2]), span = span, due = record[2] }, record)
    kind.refund(state, { at = floor(takenUs / 1000), due = span, cost = cost, reset = tonumber(ARGV[at + 4]) })
    records[record[1]] = { record[1], kind.record(state) }
  end
end
keep()
return 1
`;
