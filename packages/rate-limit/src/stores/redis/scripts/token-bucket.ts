/** Token buckets; the arithmetic is that of `limits/token-bucket.ts`. Record: tag, end, when it is full again (epoch us). */
export const tokenBucketLua = `
kinds.bucket = {
  roll = function(limit, record)
    local token = limit.span
    local fullAt = record and record[3] or 0
    -- It may have been written before the clock was set back, or at a larger capacity.
    local latest = now * 1000 + limit.most * token
    local state = { token = token, fullAt = min(fullAt, latest), moved = fullAt > latest }
    state.used = max(0, ceil((state.fullAt - now * 1000) / token))
    return state
  end,
  wait = function(state, target)
    return max(0, ceil((state.fullAt - target * state.token) / 1000) - now)
  end,
  charge = function(state, cost)
    state.fullAt = max(state.fullAt, now * 1000) + cost * state.token
  end,
  record = function(state)
    return ceil(state.fullAt / 1000), state.fullAt
  end,
  refund = function(state, taken)
    local takenUs = taken.cost * state.token
    local certainUs = max(0, (taken.reset - 1) * 1000 - takenUs)
    local lostUs = max(0, (now - taken.at) * 1000 - certainUs)
    state.fullAt = max(0, state.fullAt - max(0, takenUs - lostUs))
  end,
}
`;
