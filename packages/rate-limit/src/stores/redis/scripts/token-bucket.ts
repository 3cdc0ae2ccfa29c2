/** Token buckets; the arithmetic is that of `limits/token-bucket.ts`. Record: tag, end, when it is full again (epoch us). */
export const tokenBucketLua = `
kinds.bucket = {
  blank = function(tag)
    return { tag, 0, 0 }
  end,
  roll = function(record, token, most)
    local latest = now * 1000 + most * token
    if record[3] > latest then
      -- It was written before the clock was set back, or at a larger capacity.
      moved = true
      record[2], record[3] = ceil(latest / 1000), latest
    end
    return max(0, ceil((record[3] - now * 1000) / token))
  end,
  wait = function(record, token, target)
    return max(0, ceil((record[3] - target * token) / 1000) - now)
  end,
  charge = function(record, token, cost)
    record[3] = max(record[3], now * 1000) + cost * token
    record[2] = ceil(record[3] / 1000)
  end,
  refund = function(record, token, taken)
    local takenUs = taken.cost * token
    local certainUs = max(0, (taken.reset - 1) * 1000 - takenUs)
    local lostUs = max(0, (now - taken.at) * 1000 - certainUs)
    record[3] = max(0, record[3] - max(0, takenUs - lostUs))
    record[2] = ceil(record[3] / 1000)
  end,
}
`;
