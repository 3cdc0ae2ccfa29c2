/**
 * Sliding windows; the arithmetic is that of `limits/sliding-window.ts`. Record: tag, end of the window after this one,
 * current, previous.
 */
export const slidingWindowLua = `
kinds.sliding = {
  blank = function(tag)
    return { tag, 0, 0, 0 }
  end,
  roll = function(record, window)
    local index = floor(now / window)
    local ahead = record[2] / window - 2 - index
    if ahead < 0 then
      record[2], record[3], record[4] = (index + 2) * window, 0, ahead == -1 and record[3] or 0
    elseif ahead > 1 then
      -- As if about to begin: what the previous window counted is not yet fading.
      moved = true
      record[2] = (index + (record[3] + record[4] > 0 and 3 or 2)) * window
    end
    if record[4] == 0 then return record[3] end
    local left = min(window, record[2] - window - now)
    return record[3] + floor((record[4] * left) / window)
  end,
  wait = function(record, window, target)
    local current, elapsed = record[3], now - record[2] + 2 * window
    local count, room, at = record[4], target - current, 0
    if current > target then
      count, room, at = current, target, window
    end
    if count > room then at = at + floor((window * (count - room - 1)) / count) + 1 end
    return at <= max(0, elapsed) and 0 or at - elapsed
  end,
  charge = function(record, window, cost)
    record[3] = record[3] + cost
  end,
  refund = function(record, window, taken)
    if floor(taken.at / window) == record[2] / window - 2 then record[3] = max(0, record[3] - taken.cost) end
  end,
}
`;
